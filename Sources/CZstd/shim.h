// Zstandard's own header; nothing is added.
#pragma once
#include <zstd.h>
