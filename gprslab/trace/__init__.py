"""What was said: records, the story that they tell, ladders and captures."""
