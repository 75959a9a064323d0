"""Arrays, decibels, files and ffmpeg: what every room that touches sound stands on."""
