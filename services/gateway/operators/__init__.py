"""What operators see and do: dead letters, replays, the audit log, the infrastructure."""
