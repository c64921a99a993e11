"""The synthetic practice and the synthetic payer: both by seed, both sharing no reader with the product."""
