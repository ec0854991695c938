"""What every floor needs: errors, specs, jobs, files, settings, paths. No Qt and no torch."""
