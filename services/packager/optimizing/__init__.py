"""Assets get smaller forms here; whoever asks says whether any loss is allowed."""
