-- Encounters: the canonical encounter (schemas/contract/canonical_encounter_v1.csv) as received, each row with the bytes it came from.
-- A test holds the columns here equal to the contract. Money is bigint cents; lists and objects are JSON text.
create schema if not exists encounters;

create table if not exists encounters.encounter ( -- one row per encounter version received
  source_system                  varchar, -- name of exporting system; part of every idempotency key
  tenant_id                      varchar, -- practice / billing entity
  encounter_id                   varchar not null, -- stable source key, unique per tenant; no PHI
  encounter_version              bigint not null, -- monotonic (source updated_at epoch ms or export sequence); same id + higher version = amendment, same version + other content = fault
  patient_control_number         varchar, -- CLM01; 20 is the TR3 limit payers must echo (X12 max 38); A-Z 0-9 only, no leading zeros lost; derive base32(hash) if absent; unique per tenant for ever; 837P 2300 CLM01
  claim_type                     varchar, -- v1 = professional only (I and D rejected to a work list); 837P ST03/GS08
  billable_status                varchar, -- billable, hold, not_billable
  encounter_status               varchar, -- planned, arrived, in_progress, finished, cancelled, no_show; only finished may bill
  note_signed_at                 timestamp, -- required before billing when the source keeps notes
  responsible_party              varchar, -- insurance, self_pay, other
  date_of_service_from           date, -- LOCAL date where the service took place (never convert from UTC at midnight); 837P 2400 DTP*472 default
  date_of_service_to             date, -- >= from; default = from; 837P 2400 DTP*472 default
  place_of_service               varchar, -- CMS POS set; 02/10 telehealth; 11 office ...; 837P 2300 CLM05-1
  total_charge_cents             bigint, -- cents; must equal sum of line charges to the cent; <= 99999999.99; 837P 2300 CLM02
  claim_frequency                varchar, -- 1 original, 7 replacement, 8 void; default 1 at intake; 837P 2300 CLM05-3
  original_claim_number          varchar, -- payer ICN; required when frequency 7 or 8; 837P 2300 REF*F8
  provider_signature_on_file     boolean, -- default Y; 837P 2300 CLM06
  assignment_code                varchar, -- A assigned (accepts); 837P 2300 CLM07
  benefits_assigned              varchar, -- W = patient refuses; 837P 2300 CLM08
  release_of_information         varchar, -- Y signed, I informed consent; 837P 2300 CLM09
  patient_signature_source       varchar, -- only when signed by provider on patient's behalf; 837P 2300 CLM10
  accident_auto                  boolean, -- AA; 837P 2300 CLM11
  accident_employment            boolean, -- EM; implies workers comp payer check; 837P 2300 CLM11
  accident_other                 boolean, -- OA; 837P 2300 CLM11
  accident_state                 varchar, -- required when accident_auto; 837P 2300 CLM11-4
  accident_country               varchar, -- outside US; 837P 2300 CLM11-5
  accident_date                  date, -- required when any accident flag; <= DOS; 837P 2300 DTP*439
  special_program                varchar, -- 02 03 05 09; 837P 2300 CLM12
  delay_reason                   varchar, -- required by payer when past timely filing; 837P 2300 CLM20
  onset_date                     date, -- <= DOS and <> DOS; 837P 2300 DTP*431
  initial_treatment_date         date, -- chiropractic (Medicare) and when payer asks; 837P 2300 DTP*454
  last_seen_date                 date, -- Medicare foot care / PT: last seen by attending; 837P 2300 DTP*304
  acute_manifestation_date       date, -- chiropractic with CR208 A or M; 837P 2300 DTP*453
  last_menstrual_period          date, -- pregnancy; 837P 2300 DTP*484
  last_xray_date                 date, -- chiropractic; 837P 2300 DTP*455
  vision_rx_date                 date, -- contact lens / frames; 837P 2300 DTP*471
  disability_from                date, -- with disability_to -> RD8 314, alone 360; 837P 2300 DTP*314/360
  disability_to                  date, -- alone 361; 837P 2300 DTP*361
  last_worked_date               date, -- 837P 2300 DTP*297
  return_to_work_date            date, -- 837P 2300 DTP*296
  admission_date                 date, -- required for POS 21/51/61 visits and ambulance to hospital; 837P 2300 DTP*435
  discharge_date                 date, -- 837P 2300 DTP*096
  assumed_care_date              date, -- modifier 54/55 post-op split; 837P 2300 DTP*090
  relinquished_care_date         date, -- modifier 54/55; 837P 2300 DTP*091
  pc_first_contact_date          date, -- property and casualty states only; 837P 2300 DTP*444
  repricer_received_date         date, -- repricer only; 837P 2300 DTP*050
  patient_amount_paid_cents      bigint, -- cents; sum of patient payments applied to this claim; 837P 2300 AMT*F5
  service_auth_exception         varchar, -- 1..7; Medicaid NY etc.; 837P 2300 REF*4N
  medicare_crossover             varchar, -- section 4081; 837P 2300 REF*F5
  mammography_cert               varchar, -- screening/diagnostic mammogram codes; 837P 2300 REF*EW
  referral_number                varchar, -- gatekeeper plans; 837P 2300 REF*9F
  prior_auth_number              varchar, -- required when auth_required rule hits; not equal to referral number; 837P 2300 REF*G1
  clia_number                    varchar, -- 10 chars nnDnnnnnnn; lab lines billed by the practice; not with REF*F4; 837P 2300 REF*X4
  repriced_claim_number          varchar, -- repricer; 837P 2300 REF*9A
  adjusted_repriced_claim_number varchar, -- repricer; 837P 2300 REF*9C
  ide_number                     varchar, -- FDA IDE trial; 837P 2300 REF*LX
  clearinghouse_trace            varchar, -- set by us / clearinghouse; 837P 2300 REF*D9
  medical_record_number          varchar, -- 837P 2300 REF*EA
  demo_project_id                varchar, -- 837P 2300 REF*P4
  care_plan_oversight_npi        varchar, -- G0181/G0182; 837P 2300 REF*1J
  file_information               varchar, -- K3; only by state law; 837P 2300 K3
  claim_note_code                varchar, -- 837P 2300 NTE01
  claim_note                     varchar, -- basic character set; box 19; 837P 2300 NTE02
  dx_version                     varchar, -- ICD-10-CM for DOS >= 2015-10-01; 837P 2300 HI qualifier ABK/ABF
  dx_1                           varchar, -- no dot, 3-7 chars, valid and billable on DOS; 837P 2300 HI01
  dx_2                           varchar, -- no gaps, no repeats; 837P 2300 HI02-HI12
  dx_3                           varchar, -- no gaps, no repeats; 837P 2300 HI02-HI12
  dx_4                           varchar, -- no gaps, no repeats; 837P 2300 HI02-HI12
  dx_5                           varchar, -- no gaps, no repeats; 837P 2300 HI02-HI12
  dx_6                           varchar, -- no gaps, no repeats; 837P 2300 HI02-HI12
  dx_7                           varchar, -- no gaps, no repeats; 837P 2300 HI02-HI12
  dx_8                           varchar, -- no gaps, no repeats; 837P 2300 HI02-HI12
  dx_9                           varchar, -- no gaps, no repeats; 837P 2300 HI02-HI12
  dx_10                          varchar, -- no gaps, no repeats; 837P 2300 HI02-HI12
  dx_11                          varchar, -- no gaps, no repeats; 837P 2300 HI02-HI12
  dx_12                          varchar, -- no gaps, no repeats; 837P 2300 HI02-HI12
  anesthesia_procedure_1         varchar, -- anesthesia claims needing surgical CPT; 837P 2300 HI*BP/BO
  anesthesia_procedure_2         varchar, -- anesthesia claims needing surgical CPT; 837P 2300 HI*BP/BO
  condition_codes                varchar, -- e.g. abortion AA-AI, workers comp W2..; 837P 2300 HI*BG
  homebound                      boolean, -- independent lab / EKG at home; 837P 2300 CRC*75
  epsdt_referral_given           varchar, -- Medicaid EPSDT; 837P 2300 CRC*ZZ
  epsdt_referral_codes           varchar, -- with the flag; 837P 2300 CRC*ZZ
  contract_info                  varchar, -- type, amount, percent, code, terms discount, version; 837P 2300 CN1
  pricing_info                   varchar, -- repricer only; 837P 2300 HCP
  supplement                     varchar, -- typed objects: ambulance (weight, reason, miles, notes, certification conditions), spinal (CR2), vision (CRC); 837P 2300 CR1/CR2/CRC
  billing_provider_key           varchar, -- -> providers; 837P 2010AA
  pay_to_key                     varchar, -- -> providers (address only when different); 837P 2010AB
  pay_to_plan_key                varchar, -- Medicaid reclamation only; 837P 2010AC
  rendering_provider_key         varchar, -- required when differs from billing provider; 837P 2310B
  referring_provider_key         varchar, -- required on payer/CPT rule (Medicare diagnostics, consults, gatekeeper); 837P 2310A DN
  pcp_key                        varchar, -- second 2310A when PCP differs; 837P 2310A P3
  supervising_provider_key       varchar, -- incident-to / resident; 837P 2310D
  service_facility_key           varchar, -- when location differs from billing provider address; 837P 2310C
  patient_key                    varchar, -- -> patients; 837P 2000B/2000C
  file_sha256                    varchar not null, -- file this row came from
  source_row                     bigint not null, -- row number in that file, first data row = 1
  byte_start                     bigint not null, -- offset of the row in that file
  byte_end                       bigint not null, -- offset after the row
  received_on                    date not null, -- night that read it
  primary key (encounter_id, encounter_version)
);

create table if not exists encounters.patient ( -- one row per patient per file that carried it
  patient_key           varchar not null, -- stable per tenant
  last_name             varchar, -- basic character set after transliteration; keep original; 837P 2010CA NM103 / 2010BA NM103
  first_name            varchar, -- required for a person; 837P 2010CA NM104
  middle_name           varchar, -- 837P 2010CA NM105
  suffix                varchar, -- Jr, III: never in last_name; 837P 2010CA NM107
  birth_date            date, -- <= DOS, <= 125 years; 837P 2010CA DMG02
  sex                   varchar, -- administrative sex for claim; 837P 2010CA DMG03
  address1              varchar, -- 837P 2010CA N301
  address2              varchar, -- 837P 2010CA N302
  city                  varchar, -- min 2; 837P 2010CA N401
  state                 varchar, -- US/CA; 837P 2010CA N402
  zip                   varchar, -- 5 or 9 digits, keep leading zeros; 837P 2010CA N403
  country               varchar, -- only outside US; 837P 2010CA N404
  country_subdivision   varchar, -- outside US and CA; 837P 2010CA N407
  phone                 varchar, -- 837P PER (P&C) / statements
  death_date            date, -- >= last DOS; 837P 2000B/C PAT06
  weight_lb             decimal(6,2), -- ESRD/EPO, ambulance; 837P 2000B/C PAT08
  pregnant              boolean, -- payer rule; 837P 2000B/C PAT09
  medical_record_number varchar, -- 837P 2300 REF*EA
  pc_patient_id_qual    varchar, -- property and casualty; 837P 2010CA REF
  pc_patient_id         varchar, -- property and casualty; 837P 2010CA REF
  pc_contact_name       varchar, -- property and casualty; 837P 2010CA PER
  pc_contact_phone      varchar, -- property and casualty; 837P 2010CA PER
  file_sha256           varchar not null, -- file this row came from
  source_row            bigint not null, -- row number in that file, first data row = 1
  byte_start            bigint not null, -- offset of the row in that file
  byte_end              bigint not null, -- offset after the row
  received_on           date not null, -- night that read it
  primary key (patient_key, file_sha256)
);

create table if not exists encounters.coverage ( -- one row per encounter version and payer rank
  encounter_id                    varchar not null, -- one row per payer that covers THIS date of service
  encounter_version               bigint not null, -- version of the encounter this row came with
  payer_rank                      varchar not null, -- exactly one P when insurance; contiguous; 837P 2000B/2320 SBR01
  payer_id                        varchar, -- clearinghouse payer id (PI) after crosswalk; never the source's own plan key; 837P 2010BB/2330B NM109
  payer_name                      varchar, -- 837P 2010BB/2330B NM103
  payer_address1                  varchar, -- required by some (P&C, paper drop); 837P 2010BB/2330B N301
  payer_address2                  varchar, -- 837P N302
  payer_city                      varchar, -- 837P N401
  payer_state                     varchar, -- 837P N402
  payer_zip                       varchar, -- 837P N403
  payer_country                   varchar, -- 837P N404/N407
  payer_secondary_ids             varchar, -- FY = claim office number; 837P 2010BB/2330B REF
  billing_provider_payer_id       varchar, -- legacy provider number by payer; 837P 2010BB REF, 2330G REF
  other_payer_provider_ids        varchar, -- per role referring, rendering, facility, supervising; 837P 2330C-F REF
  claim_filing_code               varchar, -- MB MC CI BL 16 CH VA WC ...; 837P 2000B/2320 SBR09
  insurance_type_code             varchar, -- Medicare secondary: 12 13 14 15 16 41 42 43 47; 837P 2000B/2320 SBR05
  group_number                    varchar, -- when on card; 837P 2000B/2320 SBR03
  group_name                      varchar, -- when no group number; 837P 2000B/2320 SBR04
  relationship                    varchar, -- 18 self, 01 spouse, 19 child, 20 21 39 40 53 G8; 837P SBR02 / PAT01 / 2320 SBR02
  member_id                       varchar, -- 2-80, upper case, no spaces/dashes; payer pattern check; 837P 2010BA/2330A NM109
  subscriber_last_name            varchar, -- organisation when WC; 837P 2010BA/2330A NM103
  subscriber_first_name           varchar, -- 837P NM104
  subscriber_middle_name          varchar, -- 837P NM105
  subscriber_suffix               varchar, -- 837P NM107
  subscriber_entity               varchar, -- 2 = employer (WC); 837P NM102
  subscriber_birth_date           date, -- required when subscriber is patient; recommended always; 837P 2010BA DMG02
  subscriber_sex                  varchar, -- as birth date; 837P 2010BA DMG03
  subscriber_address1             varchar, -- required when subscriber is patient; 837P 2010BA/2330A N301
  subscriber_address2             varchar, -- 837P N302
  subscriber_city                 varchar, -- 837P N401
  subscriber_state                varchar, -- 837P N402
  subscriber_zip                  varchar, -- 837P N403
  subscriber_country              varchar, -- 837P N404/N407
  subscriber_ssn                  varchar, -- only when payer asks; 837P 2010BA/2330A REF*SY
  pc_claim_number                 varchar, -- workers comp / auto; 837P 2010BA/2010CA REF*Y4
  pc_contact_name                 varchar, -- workers comp / auto; 837P 2010BA PER
  pc_contact_phone                varchar, -- workers comp / auto; 837P 2010BA PER
  coverage_start                  date, -- covers DOS; 837P check only
  coverage_end                    date, -- null = open; 837P check only
  eligibility_checked_at          timestamp, -- within N days of DOS; 837P check only
  eligibility_status              varchar, -- active, inactive, unknown (271 EB01); 837P check only
  auth_number                     varchar, -- number given by THIS payer; 837P 2330B REF*G1
  referral_number                 varchar, -- number given by THIS payer; 837P 2330B REF*9F
  benefits_assigned               varchar, -- per payer; 837P 2320 OI03
  patient_signature_source        varchar, -- per payer; 837P 2320 OI04
  release_of_information          varchar, -- per payer; 837P 2320 OI06
  prior_paid_amount_cents         bigint, -- cents; payer already adjudicated; from its 835 CLP04; 837P 2320 AMT*D
  prior_noncovered_amount_cents   bigint, -- cents; not with prior_paid_amount; 837P 2320 AMT*A8
  prior_remaining_liability_cents bigint, -- cents; provider-sent COB; 837P 2320 AMT*EAF
  prior_adjudication_date         date, -- when claim-level COB only; 837P 2330B DTP*573
  prior_claim_number              varchar, -- CLP07 of that payer; 837P 2330B REF*F8
  prior_adjustment_indicator      varchar, -- payer re-adjudicated; 837P 2330B REF*T4
  moa                             varchar, -- reimb. rate, HCPCS payable, remark codes 1-5, ESRD, nonpayable professional; 837P 2320 MOA
  file_sha256                     varchar not null, -- file this row came from
  source_row                      bigint not null, -- row number in that file, first data row = 1
  byte_start                      bigint not null, -- offset of the row in that file
  byte_end                        bigint not null, -- offset after the row
  received_on                     date not null, -- night that read it
  primary key (encounter_id, encounter_version, payer_rank)
);

create table if not exists encounters.cob_adjustment ( -- one row per adjustment of an earlier payer on an encounter version
  encounter_id      varchar, -- the encounter
  encounter_version bigint, -- version of the encounter this row came with
  payer_rank        varchar, -- 837P 2320 / 2430
  line_number       integer, -- null = claim level; 837P 2320 CAS vs 2430 CAS
  group_code        varchar, -- 837P CAS01
  reason_code       varchar, -- CARC valid on date; 837P CAS02,05,08..
  amount_cents      bigint, -- cents; line: charge = paid + sum(adjust); 837P CAS03,06..
  quantity          decimal(15,3), -- 837P CAS04,07..
  file_sha256       varchar not null, -- file this row came from
  source_row        bigint not null, -- row number in that file, first data row = 1
  byte_start        bigint not null, -- offset of the row in that file
  byte_end          bigint not null, -- offset after the row
  received_on       date not null, -- night that read it
  primary key (file_sha256, source_row)
);

create table if not exists encounters.cob_line ( -- one row per line an earlier payer adjudicated
  encounter_id              varchar not null, -- the encounter
  encounter_version         bigint not null, -- version of the encounter this row came with
  payer_rank                varchar not null, -- 837P 2430 SVD01 = that payer's id
  line_number               integer not null, -- 837P 2430
  paid_amount_cents         bigint, -- cents; 837P 2430 SVD02
  adjudicated_procedure     varchar, -- qualifier, code, modifiers 1-4, text; 837P 2430 SVD03
  paid_units                decimal(15,3), -- 837P 2430 SVD05
  bundled_into_line         integer, -- 837P 2430 SVD06
  adjudication_date         date, -- 837P 2430 DTP*573
  remaining_liability_cents bigint, -- cents; not with 2320 EAF; 837P 2430 AMT*EAF
  file_sha256               varchar not null, -- file this row came from
  source_row                bigint not null, -- row number in that file, first data row = 1
  byte_start                bigint not null, -- offset of the row in that file
  byte_end                  bigint not null, -- offset after the row
  received_on               date not null, -- night that read it
  primary key (encounter_id, encounter_version, payer_rank, line_number)
);

create table if not exists encounters.service_line ( -- one row per charge line of an encounter version
  encounter_id                   varchar not null, -- the encounter
  encounter_version              bigint not null, -- version of the encounter this row came with
  line_number                    integer not null, -- 1..50, no gaps (split claims above 50); 837P 2400 LX01
  line_id                        varchar, -- unique in claim: our key for 835 matching; 837P 2400 REF*6R
  procedure_qualifier            varchar, -- default HC; 837P 2400 SV101-1
  procedure_code                 varchar, -- CPT/HCPCS valid on DOS; 837P 2400 SV101-2
  modifier_1                     varchar, -- order matters; no repeats; valid set; 837P 2400 SV101-3..6
  modifier_2                     varchar, -- order matters; no repeats; valid set; 837P 2400 SV101-3..6
  modifier_3                     varchar, -- order matters; no repeats; valid set; 837P 2400 SV101-3..6
  modifier_4                     varchar, -- order matters; no repeats; valid set; 837P 2400 SV101-3..6
  line_description               varchar, -- required for NOC/unlisted codes; 837P 2400 SV101-7
  charge_cents                   bigint, -- cents; >= 0 (0 only by rule); 837P 2400 SV102
  unit_type                      varchar, -- MJ only for anesthesia; 837P 2400 SV103
  units                          decimal(8,3), -- > 0; MUE check; 837P 2400 SV104
  line_place_of_service          varchar, -- only when differs from claim; 837P 2400 SV105
  dx_pointer_1                   integer, -- >=1; each points at a filled dx; 1-based (Candid, Healthie export 0-based); 837P 2400 SV107
  dx_pointer_2                   integer, -- >=1; each points at a filled dx; 1-based (Candid, Healthie export 0-based); 837P 2400 SV107
  dx_pointer_3                   integer, -- >=1; each points at a filled dx; 1-based (Candid, Healthie export 0-based); 837P 2400 SV107
  dx_pointer_4                   integer, -- >=1; each points at a filled dx; 1-based (Candid, Healthie export 0-based); 837P 2400 SV107
  emergency                      boolean, -- 837P 2400 SV109
  epsdt                          boolean, -- Medicaid; 837P 2400 SV111
  family_planning                boolean, -- Medicaid; 837P 2400 SV112
  copay_exempt                   boolean, -- 837P 2400 SV115
  date_from                      date, -- local date; 837P 2400 DTP*472
  date_to                        date, -- >= from; RD8 when differs; 837P 2400 DTP*472
  drug_rx_date                   date, -- DME / drug with prescription; 837P 2400 DTP*471
  cert_revision_date             date, -- CMN recert; 837P 2400 DTP*607
  begin_therapy_date             date, -- CMN; 837P 2400 DTP*463
  last_certification_date        date, -- CMN; 837P 2400 DTP*461
  last_seen_date                 date, -- differs from claim; 837P 2400 DTP*304
  test_date_qual                 varchar, -- EPO / oxygen; 837P 2400 DTP*738/739
  test_date                      date, -- EPO / oxygen; 837P 2400 DTP*738/739
  shipped_date                   date, -- DME shipped; 837P 2400 DTP*011
  last_xray_date                 date, -- differs from claim; 837P 2400 DTP*455
  initial_treatment_date         date, -- differs from claim; 837P 2400 DTP*454
  ambulance_patient_count        integer, -- >1 patient; 837P 2400 QTY*PT
  obstetric_anesthesia_units     integer, -- 837P 2400 QTY*FL
  test_results                   varchar, -- EPO hematocrit, oxygen; 837P 2400 MEA
  line_contract_info             varchar, -- 837P 2400 CN1
  repriced_line_number           varchar, -- repricer; 837P 2400 REF*9B
  adjusted_repriced_line_number  varchar, -- repricer; 837P 2400 REF*9D
  line_prior_auths               varchar, -- differs from claim; 837P 2400 REF*G1
  line_referrals                 varchar, -- differs from claim; 837P 2400 REF*9F
  line_mammography_cert          varchar, -- differs from claim; 837P 2400 REF*EW
  line_clia                      varchar, -- differs from claim; 837P 2400 REF*X4
  referring_clia                 varchar, -- modifier 90 purchased lab; 837P 2400 REF*F4
  immunization_batch             varchar, -- 837P 2400 REF*BT
  sales_tax_cents                bigint, -- cents; 837P 2400 AMT*T
  postage_cents                  bigint, -- cents; 837P 2400 AMT*F4
  line_file_information          varchar, -- 837P 2400 K3
  line_note_code                 varchar, -- 837P 2400 NTE01
  line_note                      varchar, -- NOC drugs, unusual circumstances; 837P 2400 NTE02
  third_party_note               varchar, -- repricer; 837P 2400 NTE*TPO
  purchased_service_provider_key varchar, -- anti-markup diagnostic tests; 837P 2420B / PS101
  purchased_service_amount_cents bigint, -- cents; with the key; 837P 2400 PS102
  line_pricing                   varchar, -- repricer; 837P 2400 HCP
  drug_qualifier                 varchar, -- default N4; 837P 2410 LIN02
  ndc                            varchar, -- 5-4-2 digits, no dashes (4-4-2, 5-3-2, 5-4-1 padded by position); 837P 2410 LIN03
  ndc_units                      decimal(8,3), -- with ndc; 837P 2410 CTP04
  ndc_unit_type                  varchar, -- with ndc; 837P 2410 CTP05
  rx_number_qual                 varchar, -- 837P 2410 REF
  rx_number                      varchar, -- prescription or compound link; 837P 2410 REF
  line_rendering_key             varchar, -- differs from claim; 837P 2420A
  line_service_facility_key      varchar, -- differs from claim; 837P 2420C
  line_supervising_key           varchar, -- differs from claim; 837P 2420D
  ordering_provider_key          varchar, -- DME, lab, imaging, when not rendering; 837P 2420E
  line_referring_key             varchar, -- differs from claim; 837P 2420F
  line_pcp_key                   varchar, -- differs from claim; 837P 2420F P3
  line_supplement                varchar, -- typed: ambulance (CR1/CRC 07, pick-up, drop-off), dme (SV5, CR3, CRC 09), hospice employee (CRC 70), forms (LQ/FRM); 837P 2400 CR1/CR3/CRC/SV5, 2420G/H, 2440
  file_sha256                    varchar not null, -- file this row came from
  source_row                     bigint not null, -- row number in that file, first data row = 1
  byte_start                     bigint not null, -- offset of the row in that file
  byte_end                       bigint not null, -- offset after the row
  received_on                    date not null, -- night that read it
  primary key (encounter_id, encounter_version, line_number)
);

create table if not exists encounters.provider ( -- one row per provider or organisation per file that carried it
  provider_key      varchar not null, -- provider key
  entity_type       varchar, -- 1 person, 2 organisation; 837P NM102
  last_or_org_name  varchar, -- 837P NM103
  first_name        varchar, -- person; 837P NM104
  middle_name       varchar, -- 837P NM105
  suffix            varchar, -- 837P NM107
  npi               varchar, -- Luhn with 80840 prefix; NPPES active on DOS; 837P NM109 (XX)
  taxonomy          varchar, -- required by Medicaid and many plans; 837P PRV03 (BI, PE)
  tax_id            varchar, -- billing provider; 837P 2010AA REF*EI/SY
  tax_id_type       varchar, -- billing provider; 837P 2010AA REF01
  address1          varchar, -- billing: street, never PO box (PO box -> pay-to); 837P N301
  address2          varchar, -- 837P N302
  city              varchar, -- 837P N401
  state             varchar, -- 837P N402
  zip9              varchar, -- billing and facility need 9 digits; 837P N403
  country           varchar, -- 837P N404/N407
  contact_name      varchar, -- 837P PER02
  phone             varchar, -- submitter / billing contact; 837P PER TE
  phone_ext         varchar, -- 837P PER EX
  fax               varchar, -- 837P PER FX
  email             varchar, -- 837P PER EM
  license_number    varchar, -- atypical provider; 837P REF*0B
  upin              varchar, -- historic; 837P REF*1G
  commercial_number varchar, -- atypical without NPI; 837P REF*G2
  location_number   varchar, -- 837P REF*LU
  file_sha256       varchar not null, -- file this row came from
  source_row        bigint not null, -- row number in that file, first data row = 1
  byte_start        bigint not null, -- offset of the row in that file
  byte_end          bigint not null, -- offset after the row
  received_on       date not null, -- night that read it
  primary key (provider_key, file_sha256)
);

create table if not exists encounters.attachment ( -- one row per paper or document that goes with an encounter version
  encounter_id      varchar, -- the encounter
  encounter_version bigint, -- version of the encounter this row came with
  line_number       integer, -- null = claim; 837P 2300 / 2400 PWK
  report_type       varchar, -- 837P PWK01
  transmission      varchar, -- 837P PWK02
  control_number    varchar, -- when not AA; TR3 supports 50; 837P PWK06
  file_uri          varchar, -- where the document lies (not in the claim)
  file_sha256       varchar not null, -- file this row came from
  source_row        bigint not null, -- row number in that file, first data row = 1
  byte_start        bigint not null, -- offset of the row in that file
  byte_end          bigint not null, -- offset after the row
  received_on       date not null, -- night that read it
  primary key (file_sha256, source_row)
);
create table if not exists encounters.desk_payment ( -- one row per payment at the desk that an export gives a row of its own; the canonical contract gives none
  encounter_id      varchar not null, -- encounter it was paid for
  encounter_version bigint not null, -- version of the encounter this row came with
  paid_cents        bigint not null, -- cents; negative is money given back; their sum is the encounter's patient_amount_paid_cents
  file_sha256       varchar not null, -- file this row came from
  source_row        bigint not null, -- row number in that file, first data row = 1
  byte_start        bigint not null, -- offset of the row in that file
  byte_end          bigint not null, -- offset after the row
  received_on       date not null, -- night that read it
  primary key (encounter_id, encounter_version, source_row)
);

create table if not exists encounters.intake ( -- one row per encounter row of every export read: the count that nothing may fall out of
  file_sha256       varchar not null, -- export's encounter table
  source_row        bigint not null, -- row number in it
  byte_start        bigint not null, -- offset of the row
  byte_end          bigint not null, -- offset after it
  encounter_id      varchar not null, -- source key; 'row N' where the row has none
  encounter_version bigint not null, -- version, 0 where unreadable
  charge_cents      bigint not null, -- cents, sum of this encounter's charge lines in the export, 0 where unreadable
  line_count        integer not null, -- charge lines in the export
  content_sha256    varchar not null, -- hash of the encounter with all its child rows
  verdict           varchar not null, -- accepted, rejected, repeated (same version, same content)
  received_on       date not null, -- night
  primary key (file_sha256, source_row)
);

create table if not exists encounters.quarantine ( -- one row per failing row and rule; the row is kept whole in the vault
  file_sha256    varchar not null, -- file of the row
  table_name     varchar not null, -- canonical table
  source_row     bigint not null, -- row number, 0 where the table as a whole is meant
  rule_id        varchar not null, -- intake check
  byte_start     bigint not null, -- offset of the row
  byte_end       bigint not null, -- offset after it
  encounter_id   varchar, -- encounter it belongs to, where known
  column_name    varchar not null, -- column that failed
  value          varchar, -- value as received: PHI, never leaves the warehouse
  remedy         varchar not null, -- what to do next
  owner          varchar not null, -- who does it
  quarantined_on date not null, -- night
  primary key (file_sha256, table_name, source_row, rule_id, column_name)
);

create table if not exists encounters.finding ( -- one row per rule that an accepted encounter broke
  encounter_id      varchar not null, -- the encounter
  encounter_version bigint not null, -- its version
  rule_id           varchar not null, -- intake check
  line_number       integer not null, -- charge line, 0 for the encounter
  column_name       varchar not null, -- column
  severity          varchar not null, -- hold, fix, warn
  value             varchar, -- value as received: PHI, never leaves the warehouse
  remedy            varchar not null, -- what to do next
  owner             varchar not null, -- who does it
  found_on          date not null, -- night
  primary key (encounter_id, encounter_version, rule_id, line_number, column_name)
);

create table if not exists encounters.payer ( -- one row per payer of the practice's registry
  payer_id             varchar primary key, -- clearinghouse payer id (2010BB NM109)
  payer_name           varchar not null, -- name
  claim_filing_code    varchar not null, -- SBR09
  member_id_pattern    varchar, -- regular expression of its member ids
  filing_limit_days    integer not null, -- days from date of service to first filing
  corrected_limit_days integer not null, -- days from the remittance to a corrected claim
  appeal_limit_days    integer not null, -- days from the remittance to an appeal
  accepts_replacement  boolean not null, -- takes frequency 7
  expected_answer_days integer not null, -- days after sending by which an 835 is due
  partner_id           varchar not null -- mailbox its claims leave by
);

create table if not exists encounters.fee ( -- one row per procedure code and period of the practice's fee schedule
  procedure_code varchar not null, -- CPT or HCPCS number
  charge_cents   bigint not null, -- cents
  valid_from     date not null, -- first day
  valid_to       date, -- last day, null = open
  primary key (procedure_code, valid_from)
);

create table if not exists encounters.authorization_rule ( -- one row per payer and code that needs prior authorization
  payer_id       varchar not null, -- payer
  procedure_code varchar not null, -- CPT or HCPCS number
  primary key (payer_id, procedure_code)
);

create table if not exists encounters.inquiry ( -- one row per 270 inquiry sent, about a subscriber or a dependent
  trace_number      varchar primary key, -- TRN02 of the 270
  batch_id          varchar not null, -- interchange it left in
  encounter_id      varchar not null, -- encounter that asked
  encounter_version bigint not null, -- its version
  payer_id          varchar not null, -- payer asked
  member_key        varchar not null, -- whom it asks about, as encounters.insured_person has it
  service_on        date not null, -- date asked about
  asked_on          date not null -- night
);

create table if not exists encounters.coverage_answer ( -- one row per 271 answer to an inquiry
  trace_number    varchar not null, -- TRN02 echoed
  file_sha256     varchar not null, -- 271 file
  byte_start      bigint not null, -- first byte of the subscriber or dependent loop
  byte_end        bigint not null, -- after it
  status          varchar not null, -- active, inactive, not_found, error
  reject_code     varchar, -- AAA03
  copay_cents     bigint, -- cents, EB*B
  deductible_cents bigint, -- cents, EB*C
  authorization_required boolean, -- EB11 = Y
  answered_on     date not null, -- night
  primary key (trace_number, file_sha256)
);

create or replace view encounters.current_encounter as -- the newest accepted version of each encounter
select * from encounters.encounter qualify row_number() over (partition by encounter_id order by encounter_version desc) = 1;

create or replace view encounters.current_patient as -- the newest row of each patient
select * from encounters.patient qualify row_number() over (partition by patient_key order by received_on desc, file_sha256, source_row desc) = 1;

create or replace view encounters.current_provider as -- the newest row of each provider
select * from encounters.provider qualify row_number() over (partition by provider_key order by received_on desc, file_sha256, source_row desc) = 1;

create or replace view encounters.insured_person as -- one row per coverage: the hash of whom its payer is asked about; payer and member id for a subscriber, the patient's key too for a dependent, who shares them
select c.encounter_id, c.encounter_version, c.payer_rank,
       sha256(c.payer_id || ':' || coalesce(c.member_id, '') || case when c.relationship = '18' then '' else ':' || coalesce(e.patient_key, '') end) as member_key
from encounters.coverage c join encounters.encounter e on e.encounter_id = c.encounter_id and e.encounter_version = c.encounter_version;

create or replace view encounters.unasked as -- insured encounters with sound coverage data that no 270 asked about; after a night, those whose question cannot be written
select e.encounter_id, e.encounter_version, e.date_of_service_from, c.payer_id, c.member_id, c.relationship, c.subscriber_last_name,
       c.subscriber_first_name, c.subscriber_birth_date, c.subscriber_sex, p.payer_name, p.partner_id, e.billing_provider_key,
       b.npi, b.last_or_org_name, b.entity_type, i.member_key, t.last_name, t.first_name, t.birth_date, t.sex
from encounters.current_encounter e
join encounters.coverage c on c.encounter_id = e.encounter_id and c.encounter_version = e.encounter_version and c.payer_rank = 'P'
join encounters.insured_person i on i.encounter_id = c.encounter_id and i.encounter_version = c.encounter_version and i.payer_rank = c.payer_rank
join encounters.payer p on p.payer_id = c.payer_id
left join encounters.current_patient t on t.patient_key = e.patient_key
join encounters.current_provider b on b.provider_key = e.billing_provider_key
where e.responsible_party = 'insurance' and e.encounter_status = 'finished' and e.billable_status = 'billable'
  and not exists (select 1 from encounters.finding f where f.encounter_id = e.encounter_id and f.encounter_version = e.encounter_version
                  and f.severity = 'hold' and (f.rule_id like 'C%' or f.rule_id like 'V%'))
  and not exists (select 1 from encounters.inquiry i where i.encounter_id = e.encounter_id and i.encounter_version = e.encounter_version);

create or replace view encounters.coverage_status as -- the newest 271 answer per payer and person asked about
select i.payer_id, i.member_key, a.status, a.reject_code, a.answered_on, i.service_on
from encounters.coverage_answer a join encounters.inquiry i using (trace_number)
qualify row_number() over (partition by i.payer_id, i.member_key order by a.answered_on desc, a.file_sha256, a.trace_number) = 1;

create or replace view encounters.billed_coverage as -- the coverage a claim of the encounter goes to: the first rank that no payer has adjudicated yet
select c.* from encounters.coverage c
where c.prior_paid_amount_cents is null
  and not exists (select 1 from encounters.cob_line b where b.encounter_id = c.encounter_id and b.encounter_version = c.encounter_version and b.payer_rank = c.payer_rank)
qualify row_number() over (partition by c.encounter_id, c.encounter_version order by position(c.payer_rank in 'PSTABCDEFGHU')) = 1; -- SBR01 in the order in which payers pay, as RANKS of the writer
