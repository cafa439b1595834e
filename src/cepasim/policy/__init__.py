"""One file per lever: scenario data to shocks on arrays. Nothing is solved here."""
