#pragma once
/*
 * libpng's row interface behind calls that return a status.
 *
 * libpng reports errors by longjmp, which must not cross Swift; each call here catches it. Bytes
 * come from and go to memory. Limits are set before anything is decoded, and no memory is taken in
 * proportion to a claimed height: the caller asks row by row and grows its own store.
 */
#include <stddef.h>
#include <stdint.h>

/* The most characters of a message, with the closing zero. */
#define CTGPNG_MESSAGE 256

typedef struct ctgpng_reader ctgpng_reader;

/* What the header says, after conversion to grey or RGB. */
typedef struct ctgpng_header {
  uint32_t width;
  uint32_t height;
  /* 1 grey or 3 RGB. */
  uint32_t channels;
  /* 8 or 16 bits per sample; 1, 2 and 4 are widened to 8. */
  uint32_t depth;
  /* 1 if rows come as seven interlaced passes, each with its own width. */
  uint32_t interlaced;
  /* 1 if the file has transparency, which is composited over white. */
  uint32_t transparent;
} ctgpng_header;

/* What the caller allows. */
typedef struct ctgpng_limits {
  /* The largest width and height, in pixels. */
  uint32_t side;
  /* The most bytes one chunk may make libpng allocate. */
  uint32_t chunk_bytes;
  /* The most ancillary chunks kept. */
  uint32_t chunk_count;
} ctgpng_limits;

/*
 * Begins to read the PNG in bytes[0..<count], which must outlive the reader, and fills `header`.
 * Returns NULL with a sentence in `message` (CTGPNG_MESSAGE characters) on failure.
 */
ctgpng_reader *ctgpng_open(const uint8_t *bytes, size_t count, const ctgpng_limits *limits,
                           ctgpng_header *header, char *message);

/*
 * Decodes the next row: `width` pixels of `channels` samples in 0 ... 2^depth - 1, where `width` is
 * the width of the picture, or of the current pass of an interlaced one. Returns 0, or -1 with
 * `message`.
 */
int ctgpng_read_row(ctgpng_reader *reader, uint32_t width, uint16_t *samples, char *message);

/*
 * To be called before the last row of all: 0, or -1 with `message` if far more compressed data is
 * left than a row can need. libpng would inflate all of it, a thousand bytes for each.
 */
int ctgpng_expect_last_row(ctgpng_reader *reader, char *message);

/* Reads on to the end mark; 0, or -1 with `message`. */
int ctgpng_finish(ctgpng_reader *reader, char *message);

/* What libpng warned of, at most four remarks joined by "; ". Owned by the reader. */
const char *ctgpng_warnings(const ctgpng_reader *reader);

/*
 * The block of the eXIf chunk before the samples, without a copy, and its length; 0 bytes without
 * one. Owned by the reader.
 */
const uint8_t *ctgpng_exif(const ctgpng_reader *reader, size_t *count);

/* Releases a reader; NULL is allowed. */
void ctgpng_close(ctgpng_reader *reader);

/* The texts of a PNG that stand before its samples. */
typedef struct ctgpng_texts ctgpng_texts;

/* One of them; owned by the list. */
typedef struct ctgpng_text {
  /* Latin-1, closed by a zero. */
  const char *key;
  /* Latin-1 or UTF-8. */
  const char *value;
  /* The bytes of the value. */
  size_t length;
  /* 1 if the value is UTF-8. */
  int is_utf8;
} ctgpng_text;

/*
 * Reads tEXt, zTXt and iTXt up to the samples, damaged and too large ones left out; what follows a
 * damage of the whole is not found. `limits` holds for each chunk and their number, `memory` for
 * all bytes allocated on the way. Returns NULL only if there is no memory.
 */
ctgpng_texts *ctgpng_read_texts(const uint8_t *bytes, size_t count, const ctgpng_limits *limits,
                                size_t memory);

/* How many there are. */
size_t ctgpng_text_count(const ctgpng_texts *list);

/* One of them, `index` below their number. */
ctgpng_text ctgpng_text_at(const ctgpng_texts *list, size_t index);

/* Releases a list; NULL is allowed. */
void ctgpng_close_texts(ctgpng_texts *list);

/*
 * Encodes height x width x channels samples (1 grey or 3 RGB; 8 or 16 bits) as PNG into memory that
 * ctgpng_free releases. `texts` holds `text_count` pairs of key and value, each closed by a zero;
 * they stand before the samples. Equal arguments give equal bytes. Returns 0, or -1 with `message`.
 */
int ctgpng_encode(const uint16_t *samples, uint32_t width, uint32_t height, uint32_t channels,
                  uint32_t depth, const char *texts, size_t text_count, uint8_t **bytes,
                  size_t *count, char *message);

/* The revision of libpng that runs, such as "1.6.39". */
const char *ctgpng_revision(void);

/* Releases what ctgpng_encode made. */
void ctgpng_free(uint8_t *bytes);
