"""What is known of HotSpot: flags per release, command lines, ergonomics, constraints, memory beside the heap."""
