"""What was read of an 837P, put back into the rows of the contract: the writer's mapping the other way round."""

from dataclasses import dataclass
from decimal import Decimal

from tasks.x12.professional_claim import DATES, EARLIER_REFERENCES, LATER_DATES, LATER_REFERENCES
from tasks.x12.professional_line import DATES as LINE_DATES
from tasks.x12.professional_line import SHARED_DATES
from tasks.x12.professional_other_payer import ROLES
from tasks.x12.professional_provider import SECONDARY_IDS

SCOPES = ("service_line_id", "other_subscriber_id", "line_adjudication_id", "party_id", "drug_id", "form_id")
_ADDRESS = {"address1": "address1", "address2": "address2", "city": "city", "country": "country_code"}
_REACHED_BY = {"TE": "phone", "EX": "phone_ext", "FX": "fax", "EM": "email"}
_CLAIM_ROLES = {
    "82": "rendering_provider_key", "DN": "referring_provider_key", "P3": "pcp_key", "DQ": "supervising_provider_key",
    "77": "service_facility_key",
}  # fmt: skip
_LINE_ROLES = {
    "82": "line_rendering_key", "DN": "line_referring_key", "P3": "line_pcp_key", "DQ": "line_supervising_key",
    "77": "line_service_facility_key", "DK": "ordering_provider_key", "QB": "purchased_service_provider_key",
}  # fmt: skip


def dollars(cents):
    return None if cents is None else Decimal(cents) / 100


def yes(code, sign="Y"):
    return True if code == sign else None


def listed(joined):
    return joined.split(" ") if joined else []


@dataclass
class Back:
    """One claim of an 837P as it was read."""

    tables: dict
    claim: dict

    def at(self, table, **scope):
        """Give the rows of the claim's scope: what `scope` names, and nothing deeper."""
        claim_id = None if scope.pop("outside", False) else self.claim["claim_id"]
        wanted = dict.fromkeys(SCOPES) | {"claim_id": claim_id} | scope
        return [row for row in self.tables[table] if all(row.get(key) == v for key, v in wanted.items())]

    def coded(self, table, code, **scope):
        return [row for row in self.at(table, **scope) if row["qualifier_code"] == code]

    def numbers(self, codes, **scope):
        """Give the first reference of each code, by its column."""
        found = {code: self.coded("reference", code, **scope) for code in codes}
        return {column: found[code][0]["number"] if found[code] else None for code, column in codes.items()}

    def days(self, codes, **scope):
        found = {code: self.coded("date", code, **scope) for code in codes}
        return {column: found[code][0]["start_on"] if found[code] else None for code, column in codes.items()}

    def pairs(self, codes, **scope):
        rows = self.at("reference", **scope)
        return [[row["qualifier_code"], row["number"]] for row in rows if row["qualifier_code"] in codes]

    @property
    def lines(self):
        return self.of("service_line")

    def of(self, table):
        """Give all rows of the claim."""
        return [row for row in self.tables[table] if row["claim_id"] == self.claim["claim_id"]]

    def version(self):
        claim = self.claim
        return {
            "patient_control_number": claim["patient_control_number"], "frequency_code": claim["frequency_code"],
            "total_charge_cents": claim["charge_cents"], **self.numbers({"F8": "original_claim_number"}),
        }  # fmt: skip

    def diagnoses(self, *codes):
        return [row["diagnosis_code"] for row in self.at("diagnosis") if row["list_code"] in codes]

    def encounter(self):
        claim = self.claim
        causes = {claim["first_cause_code"], claim["second_cause_code"], claim["third_cause_code"]}
        notes, anesthesia = self.at("note"), [*self.diagnoses("BP", "BO"), None, None]
        conditions = {row["category_code"]: row for row in self.at("condition")}
        epsdt = conditions.get("ZZ", {})
        period = {code: (self.coded("date", code) or [{}])[0] for code in ("314", "360", "361")}
        return {
            **self.days(DATES | LATER_DATES), **self.numbers(EARLIER_REFERENCES | LATER_REFERENCES),
            **self.numbers({"9F": "referral_number", "G1": "prior_auth_number"}),
            "disability_from": period["314"].get("start_on") or period["360"].get("start_on"),
            "disability_to": period["314"].get("end_on") or period["361"].get("end_on"),
            "place_of_service": claim["place_of_service_code"],
            "provider_signature_on_file": claim["provider_signature_code"] == "Y",
            "assignment_code": claim["assignment_code"], "benefits_assigned": claim["benefits_assigned_code"],
            "release_of_information": claim["release_code"], "patient_signature_source": claim["patient_signature_code"],
            "accident_auto": "AA" in causes, "accident_employment": "EM" in causes, "accident_other": "OA" in causes,
            "accident_state": claim["accident_state_code"], "accident_country": claim["accident_country_code"],
            "special_program": claim["special_program_code"], "delay_reason": claim["delay_reason_code"],
            "patient_amount_paid_cents": claim["patient_paid_cents"],
            "file_information": [row["information"] for row in self.at("fixed_information")],
            "claim_note_code": notes[0]["note_code"] if notes else None, "claim_note": notes[0]["note"] if notes else None,
            "anesthesia_procedure_1": anesthesia[0], "anesthesia_procedure_2": anesthesia[1],
            "condition_codes": self.diagnoses("BG"), "homebound": "75" in conditions,
            "epsdt_referral_given": epsdt.get("indicator_code"),
            "epsdt_referral_codes": listed(epsdt.get("condition_codes")),
            "contract_info": self.contract(), "pricing_info": self.pricing(), "supplement": self.supplement(),
        }  # fmt: skip

    def contract(self, **scope):
        return {
            key: value for row in self.at("contract", **scope) for key, value in {
                "type": row["contract_type_code"], "amount": dollars(row["amount_cents"]), "percent": row["percentage"],
                "code": row["contract_code"], "terms_discount": row["terms_discount"], "version": row["version"],
            }.items()
        }  # fmt: skip

    def pricing(self, **scope):
        return {
            key: value for row in self.at("pricing", **scope) for key, value in {
                "methodology": row["methodology_code"], "allowed_amount": dollars(row["allowed_cents"]),
                "saving_amount": dollars(row["saving_cents"]), "organization_id": row["organization_number"],
                "per_diem_amount": row["rate"], "group_code": row["group_code"], "group_amount": dollars(row["group_cents"]),
                "procedure_qualifier": row["procedure_qualifier"], "procedure_code": row["procedure_code"],
                "unit_type": row["unit_code"], "units": row["units"], "reject_reason": row["reject_reason_code"],
                "compliance": row["compliance_code"], "exception": row["exception_code"],
            }.items()
        }  # fmt: skip

    def conditions(self, category, *, is_named=False, **scope):
        return [
            ({"category": category} if is_named else {})
            | {"indicator": row["indicator_code"], "codes": listed(row["condition_codes"])}
            for row in self.at("condition", **scope)
            if row["category_code"] == category
        ]

    def ambulance(self, **scope):
        rows = self.at("transport", **scope)
        places = {"PW": "pick_up", "45": "drop_off"}
        found = {
            places[party["entity_code"]]: _address(party, "") | {"name": party["last_or_org_name"]}
            for party in self.parties(**scope)
            if party["entity_code"] in places
        }
        return {
            key: value for row in rows for key, value in {
                "weight_lb": row["weight"], "reason_code": row["reason_code"], "miles": row["distance"],
                "round_trip_note": row["round_trip_note"], "stretcher_note": row["stretcher_note"],
                "conditions": self.conditions("07", **scope), **found,
            }.items()
        }  # fmt: skip

    def supplement(self):
        spinal = self.at("spinal_treatment")
        return {
            "ambulance": self.ambulance(),
            "spinal": {
                "condition_code": spinal[0]["condition_code"], "description_1": spinal[0]["description"],
                "description_2": spinal[0]["more_description"],
            } if spinal else {},
            "vision": self.conditions("E1", is_named=True),
        }  # fmt: skip

    def parties(self, **scope):
        """Give the parties of the claim itself, or of what `scope` names."""
        wanted = {"service_line_id": None, "other_subscriber_id": None, "claim_id": self.claim["claim_id"]} | scope
        return [row for row in self.tables["party"] if all(row.get(key) == v for key, v in wanted.items())]

    def line(self, line):
        return {
            "line_number": int(line["line_number"]), "line_control_number": line["line_control_number"],
            "procedure_code": line["procedure_code"], "modifiers": line["modifiers"], "units": line["units"],
            "charge_cents": line["charge_cents"], "diagnosis_pointers": line["diagnosis_pointers"],
            "service_from_on": line["service_start_on"], "service_to_on": line["service_end_on"],
        }  # fmt: skip

    def source_line(self, line):
        scope = {"service_line_id": line["service_line_id"]}
        tests = [row for code in ("738", "739") for row in self.coded("date", code, **scope)]
        notes = {row["note_code"]: row["note"] for row in self.at("note", **scope)}
        own = [code for code in notes if code != "TPO"]
        counts = {code: (self.coded("quantity", code, **scope) or [{}])[0].get("quantity") for code in ("PT", "FL")}
        amounts = {code: (self.coded("amount", code, **scope) or [{}])[0].get("amount_cents") for code in ("T", "F4")}
        bought = (self.at("purchased_service", **scope) or [{}])[0]
        return {
            **self.days(LINE_DATES | SHARED_DATES | {"304": "last_seen_date", "011": "shipped_date"}, **scope),
            **self.numbers({
                "9B": "repriced_line_number", "9D": "adjusted_repriced_line_number", "EW": "line_mammography_cert",
                "X4": "line_clia", "F4": "referring_clia", "BT": "immunization_batch",
            }, **scope),
            "procedure_qualifier": line["procedure_qualifier"], "unit_type": line["unit_code"],
            "line_description": line["procedure_description"], "line_place_of_service": line["place_of_service_code"],
            "emergency": yes(line["emergency_code"]), "epsdt": yes(line["epsdt_code"]),
            "family_planning": yes(line["family_planning_code"]), "copay_exempt": yes(line["copay_exempt_code"], "0"),
            "test_date_qual": tests[0]["qualifier_code"] if tests else None,
            "test_date": tests[0]["start_on"] if tests else None,
            "ambulance_patient_count": counts["PT"], "obstetric_anesthesia_units": counts["FL"],
            "test_results": [[r["reference_code"], r["measurement_code"], Decimal(r["measured"])] for r in self.at("measurement", **scope)],
            "line_contract_info": self.contract(**scope), "line_pricing": self.pricing(**scope),
            "sales_tax_cents": amounts["T"], "postage_cents": amounts["F4"],
            "line_file_information": [row["information"] for row in self.at("fixed_information", **scope)],
            "line_note_code": own[0] if own else None, "line_note": notes[own[0]] if own else None,
            "third_party_note": notes.get("TPO"), "purchased_service_amount_cents": bought.get("purchased_cents"),
            "line_prior_auths": self.payer_numbers("G1", **scope), "line_referrals": self.payer_numbers("9F", **scope),
            **self.drug(line), "line_supplement": self.line_supplement(**scope),
        }  # fmt: skip

    def payer_numbers(self, code, **scope):
        """Give [payer id or None for the destination, number]."""
        rows = self.coded("reference", code, **scope)
        return [[(row["other_number"] or "").partition(":")[2] or None, row["number"]] for row in rows]

    def drug(self, line):
        found = [row for row in self.tables["drug"] if row["service_line_id"] == line["service_line_id"]]
        if not found:
            return {}
        scope = {"service_line_id": line["service_line_id"], "drug_id": found[0]["drug_id"]}
        numbers = self.at("reference", **scope)
        return {
            "drug_qualifier": found[0]["drug_qualifier"], "ndc": found[0]["drug_code"], "ndc_units": found[0]["units"],
            "ndc_unit_type": found[0]["unit_code"], "rx_number_qual": numbers[0]["qualifier_code"] if numbers else None,
            "rx_number": numbers[0]["number"] if numbers else None,
        }  # fmt: skip

    def line_supplement(self, **scope):
        kept = [row["transmission_code"] for row in self.at("attachment", **scope) if row["report_type_code"] == "CT"]
        hospice = self.conditions("70", **scope)
        found = {
            key: value for row in self.at("equipment", **scope) for key, value in {
                "procedure_code": row["procedure_code"], "days": row["duration"], "rental_amount": dollars(row["rental_cents"]),
                "purchase_amount": dollars(row["purchase_cents"]), "rental_unit_code": row["rental_period_code"],
            }.items()
        }  # fmt: skip
        for row in self.at("certification", **scope):
            found |= {"certification_type": row["certification_type_code"], "months": row["duration"]}
        found |= {"cmn_transmission": kept[0]} if kept else {}
        found |= {"conditions": self.conditions("09", **scope)} if found else {}
        return {
            "ambulance": self.ambulance(**scope), "dme": found,
            "hospice_employee": hospice[0]["indicator"] == "Y" if hospice else None,
            "forms": [self.form(row) for row in self.tables["form"] if row["service_line_id"] == scope["service_line_id"]],
        }  # fmt: skip

    def form(self, form):
        answers = [row for row in self.tables["form_answer"] if row["form_id"] == form["form_id"]]
        return {
            "list_code": form["list_code"], "form_id": form["form_code"], "answers": [
                {"question": a["question_number"], "yes_no": a["yes_no_code"], "text": a["answer"],
                 "on": a["answered_on"] and a["answered_on"].isoformat(), "percent": a["percentage"]} for a in answers
            ],
        }  # fmt: skip

    def one(self, table, key):
        return next(row for row in self.tables[table] if row[f"{table}_id"] == key)

    def patient(self):
        """Give the patient: of the loop of patients, or the subscriber's facts where he is the patient."""
        if self.claim["patient_id"]:
            row = self.one("patient", self.claim["patient_id"])
            scope = {"outside": True, "patient_id": row["patient_id"]}
            ids = [r for r in self.at("reference", **scope) if r["qualifier_code"] in ("SY", "1W")]
            return _person(row, "") | _facts(row) | self.casualty(**scope) | {
                "pc_patient_id_qual": ids[0]["qualifier_code"] if ids else None,
                "pc_patient_id": ids[0]["number"] if ids else None,
            }  # fmt: skip
        return _facts(self.one("subscriber", self.claim["subscriber_id"]))

    def casualty(self, **scope):
        rows = [row for row in self.at("contact", **scope) if row["channel_code"] == "TE"]
        return {
            "pc_contact_name": rows[0]["contact_name"] if rows else None,
            "pc_contact_phone": rows[0]["channel_number"] if rows else None,
        }  # fmt: skip

    @property
    def payer(self):
        """Give the destination payer, the only party of the subscriber."""
        found = [row for row in self.tables["party"] if row["subscriber_id"] == self.claim["subscriber_id"]]
        (payer,) = [row for row in found if not row["claim_id"] and not row["patient_id"]]
        return payer

    def destination(self):
        row = self.one("subscriber", self.claim["subscriber_id"])
        own = {"outside": True, "subscriber_id": row["subscriber_id"], "patient_id": None}
        at = own if not self.claim["patient_id"] else own | {"patient_id": self.claim["patient_id"]}
        payer = self.payer
        found = _coverage(row, payer) | self.casualty(**own) | self.numbers({"SY": "subscriber_ssn"}, **own)
        patient = self.one("patient", self.claim["patient_id"]) if self.claim["patient_id"] else None
        return found | self.numbers({"Y4": "pc_claim_number"}, **at) | {
            "relationship": patient["patient_relationship_code"] if patient else row["relationship_code"],
            "payer_secondary_ids": self.pairs(("2U", "EI", "FY", "NF"), **own, party_id=payer["party_id"]),
            "billing_provider_payer_id": self.pairs(("G2", "LU"), **own, party_id=payer["party_id"]),
            **self.numbers({"G1": "auth_number", "9F": "referral_number"}),
        }  # fmt: skip

    def other(self, row):
        key = {"other_subscriber_id": row["other_subscriber_id"]}
        parties = self.parties(**key)
        (payer,) = [party for party in parties if party["entity_code"] == "PR"]
        at = key | {"party_id": payer["party_id"]}
        ids = {p["entity_code"]: self.pairs(("0B", "1G", "G2", "LU"), **key, party_id=p["party_id"]) for p in parties}
        decided = self.coded("date", "573", **at)
        codes = {
            "G1": "auth_number",
            "9F": "referral_number",
            "T4": "prior_adjustment_indicator",
            "F8": "prior_claim_number",
        }
        return _coverage(row, payer) | self.numbers({"SY": "subscriber_ssn"}, **key) | self.numbers(codes, **at) | {
            "relationship": row["relationship_code"], "benefits_assigned": row["benefits_assigned_code"],
            "patient_signature_source": row["patient_signature_code"], "release_of_information": row["release_code"],
            "payer_secondary_ids": self.pairs(("2U", "EI", "FY", "NF"), **at),
            "billing_provider_payer_id": ids.get("85", []),
            "prior_adjudication_date": decided[0]["start_on"] if decided else None,
            "prior_paid_amount_cents": row["paid_cents"], "prior_noncovered_amount_cents": row["noncovered_cents"],
            "prior_remaining_liability_cents": row["remaining_cents"],
            "other_payer_provider_ids": {role: ids.get(entity, []) for role, (_, entity, _) in ROLES.items()},
            "moa": {
                "reimbursement_rate": row["reimbursement_rate"], "payable_amount": dollars(row["payable_cents"]),
                "remark_codes": listed(row["remark_codes"]), "esrd_amount": dollars(row["esrd_cents"]),
                "nonpayable_amount": dollars(row["nonpayable_cents"]),
            },
        }  # fmt: skip

    def coverages(self):
        """Give the coverages by rank."""
        others = {row["payer_rank_code"]: self.other(row) for row in self.of("other_subscriber")}
        row = self.one("subscriber", self.claim["subscriber_id"])
        return others | {row["payer_rank_code"]: self.destination()}

    def attachments(self):
        """Give what is attached to the claim and to its lines, without certificates of medical necessity."""
        scopes = [(None, {})] + [
            (int(line["line_number"]), {"service_line_id": line["service_line_id"]}) for line in self.lines
        ]
        return [
            {"line_number": number, "report_type": row["report_type_code"], "transmission": row["transmission_code"],
             "control_number": row["control_number"]}
            for number, scope in scopes for row in self.at("attachment", **scope) if row["report_type_code"] != "CT"
        ]  # fmt: skip

    def decisions(self):
        """Give cob_lines with their payer's id, and cob_adjustments with payer's id and line."""
        lines, adjustments = [], []
        for other in self.of("other_subscriber"):
            key = {"other_subscriber_id": other["other_subscriber_id"]}
            (payer,) = [party for party in self.parties(**key) if party["entity_code"] == "PR"]
            adjustments += [_adjustment(row, payer["id_number"], None) for row in self.at("adjustment", **key)]
        for line in self.lines:
            number = int(line["line_number"])
            for row in self.tables["line_adjudication"]:
                if row["service_line_id"] != line["service_line_id"]:
                    continue
                scope = {
                    "service_line_id": line["service_line_id"],
                    "line_adjudication_id": row["line_adjudication_id"],
                }
                on = self.coded("date", "573", **scope)
                lines.append({
                    "payer_id": row["payer_number"], "line_number": number, "paid_amount_cents": row["paid_cents"],
                    "paid_units": row["paid_units"], "bundled_into_line": row["bundled_line_number"],
                    "remaining_liability_cents": row["remaining_cents"], "adjudication_date": on[0]["start_on"],
                    "adjudicated_procedure": {
                        "qualifier": row["procedure_qualifier"], "code": row["procedure_code"],
                        "modifiers": row["modifiers"].split(":") if row["modifiers"] else [],
                        "text": row["procedure_description"],
                    },
                })  # fmt: skip
                adjustments += [_adjustment(r, row["payer_number"], number) for r in self.at("adjustment", **scope)]
        return lines, adjustments

    def providers(self):
        """Give the providers by the column of the encounter or line that names them, most of a row each."""
        billing = self.one("billing_provider", self.claim["billing_provider_id"])
        key = {"outside": True, "billing_provider_id": billing["billing_provider_id"], "subscriber_id": None}
        numbers = {"G2": "commercial_number", "LU": "location_number"}
        own = self.numbers(
            numbers, outside=True, subscriber_id=self.payer["subscriber_id"], party_id=self.payer["party_id"]
        )
        found = [("billing_provider_key", None, self.provider(billing, **key) | own)]
        roles = {"87": "pay_to_key", "PE": "pay_to_plan_key"}
        for party in self.tables["party"]:
            if party["billing_provider_id"] == key["billing_provider_id"] and not party["subscriber_id"]:
                row = self.provider(party, **key, party_id=party["party_id"])
                if party["entity_code"] == "PE":
                    row |= self.numbers({"FY": "location_number"}, **key, party_id=party["party_id"])
                    row |= {"commercial_number": party["id_number"], "npi": None}
                found.append((roles[party["entity_code"]], None, row))
        for number, roles, scope in [(None, _CLAIM_ROLES, {})] + [
            (int(line["line_number"]), _LINE_ROLES, {"service_line_id": line["service_line_id"]}) for line in self.lines
        ]:
            for party in self.parties(**scope):
                if party["entity_code"] in roles:
                    row = self.provider(party, **scope, party_id=party["party_id"])
                    found.append((roles[party["entity_code"]], number, row))
        return found

    def provider(self, row, **scope):
        contacts = self.at("contact", **scope)
        tax = [r for r in self.at("reference", **scope) if r["qualifier_code"] in ("EI", "SY")]
        return {
            **_person(row, ""), "last_or_org_name": row["last_or_org_name"], "entity_type": row["entity_type"],
            "zip9": row["zip_code"], "npi": row["id_number"], "taxonomy": row["taxonomy_code"],
            "tax_id": tax[0]["number"] if tax else None, "tax_id_type": tax[0]["qualifier_code"] if tax else None,
            "contact_name": contacts[0]["contact_name"] if contacts else None,
            **{_REACHED_BY[r["channel_code"]]: r["channel_number"] for r in contacts},
            **self.numbers(SECONDARY_IDS, **scope),
        }  # fmt: skip


def _adjustment(row, payer_id, line_number):
    return {
        "payer_id": payer_id, "line_number": line_number, "group_code": row["group_code"],
        "reason_code": row["reason_code"], "amount_cents": row["amount_cents"], "quantity": row["quantity"],
    }  # fmt: skip


def _address(row, prefix):
    found = {prefix + ours: row[theirs] for ours, theirs in _ADDRESS.items()}
    state = row["state_code"] or row["subdivision_code"]
    return found | {f"{prefix}state": state, f"{prefix}zip": row["zip_code"]}


def _person(row, prefix):
    names = {
        "last_name": "last_or_org_name",
        "first_name": "first_name",
        "middle_name": "middle_name",
        "suffix": "name_suffix",
    }
    born = {f"{prefix}birth_date": row.get("birth_on"), f"{prefix}sex": row.get("sex_code")}
    return {prefix + ours: row[theirs] for ours, theirs in names.items()} | _address(row, prefix) | born


def _facts(row):
    return {"death_date": row["death_on"], "weight_lb": row["weight"], "pregnant": yes(row["pregnant_code"])}


def _coverage(row, payer):
    return _person(row, "subscriber_") | _address(payer, "payer_") | {
        "payer_rank": row["payer_rank_code"], "subscriber_entity": row["entity_type"], "member_id": row["id_number"],
        "payer_id": payer["id_number"], "payer_name": payer["last_or_org_name"], "group_number": row["group_number"],
        "group_name": row["group_name"], "insurance_type_code": row["insurance_type_code"],
        "claim_filing_code": row["filing_code"],
    }  # fmt: skip
