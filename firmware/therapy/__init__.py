"""What is wanted: programs, overlays, and the rate that both ask for at an instant."""
