"""What scales on serial wires share; no driver, so not found as one."""
