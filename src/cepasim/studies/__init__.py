"""Many runs: ranges, sensitivities, batches, engines side by side."""
