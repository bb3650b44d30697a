"""What is signalled: the table of alarms, their conditions, and lamp and sounder."""
