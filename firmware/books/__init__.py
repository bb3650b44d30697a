"""What is known: ledger, dose windows, reservoir. One hand writes them."""
