#pragma once
/*
 * libjpeg-turbo's row interface behind calls that return a status.
 *
 * libjpeg reports errors by a call that must not return; each call here leaves it by longjmp, which
 * must not cross Swift, and catches that. Bytes come from and go to memory. Settings are those of
 * Pillow: the slow exact transform, smooth enlargement of the colours, no scaling; so pixels are
 * the same. A file that ends before its end mark is an error, as with Pillow.
 */
#include <stddef.h>
#include <stdint.h>

/* The most characters of a message, with the closing zero. */
#define CTGJPEG_MESSAGE 256

typedef struct ctgjpeg_reader ctgjpeg_reader;

/* How the file keeps colours. */
typedef enum ctgjpeg_colour {
  CTGJPEG_GREY = 1,
  CTGJPEG_RGB,
  CTGJPEG_YCBCR,
  CTGJPEG_CMYK,
  CTGJPEG_YCCK,
} ctgjpeg_colour;

/* What the header says. */
typedef struct ctgjpeg_header {
  uint32_t width;
  uint32_t height;
  /* 1 grey or 3 RGB, as rows are handed out. */
  uint32_t channels;
  /* One of ctgjpeg_colour. */
  uint32_t colour;
  /* How many columns and rows share a sample of the second component; 0 for no whole number. */
  uint32_t across;
  uint32_t down;
  /* 1 if the picture comes in scans that each refine all of it. */
  uint32_t progressive;
  /* 1 if it is coded arithmetically. */
  uint32_t arithmetic;
} ctgjpeg_header;

/*
 * Begins to read the JPEG in bytes[0..<count], which must outlive the reader, and fills `header`;
 * nothing in proportion to the claimed size is allocated yet, so that the caller can refuse it.
 * A file of more than `scans` scans will be refused. Returns NULL with a sentence in `message`
 * (CTGJPEG_MESSAGE characters) on failure.
 */
ctgjpeg_reader *ctgjpeg_open(const uint8_t *bytes, size_t count, uint32_t scans,
                             ctgjpeg_header *header, char *message);

/*
 * Decodes the next row: `width` pixels of `channels` samples in 0 ... 255. CMYK becomes RGB as in
 * Pillow. The first call for a file of several scans reads all of them, and holds two bytes for
 * each sample of the file. Returns 0, or -1 with `message`, which says where.
 */
int ctgjpeg_read_row(ctgjpeg_reader *reader, uint16_t *samples, char *message);

/* Reads on to the end mark, after the last row; 0, or -1 with `message`. */
int ctgjpeg_finish(ctgjpeg_reader *reader, char *message);

/* What libjpeg warned of, at most four remarks joined by "; ". Owned by the reader. */
const char *ctgjpeg_warnings(const ctgjpeg_reader *reader);

/* Releases a reader; NULL is allowed. */
void ctgjpeg_close(ctgjpeg_reader *reader);

/*
 * Encodes height x width x channels samples (1 grey or 3 RGB) in 0 ... 255 as a baseline JPEG of a
 * quality from 1 to 100, colours at full resolution, into memory that ctgjpeg_free releases.
 * `comments` holds `comment_count` comments one after the other, of `lengths` bytes each, at most
 * 65533. Equal arguments give equal bytes. Returns 0, or -1 with `message`.
 */
int ctgjpeg_encode(const uint16_t *samples, uint32_t width, uint32_t height, uint32_t channels,
                   uint32_t quality, const uint8_t *comments, const uint32_t *lengths,
                   uint32_t comment_count, uint8_t **bytes, size_t *count, char *message);

/* Releases what ctgjpeg_encode made. */
void ctgjpeg_free(uint8_t *bytes);

/*
 * The revision of libjpeg-turbo that this was built with, such as "2.1.5": the library has no call
 * that says which one runs.
 */
const char *ctgjpeg_revision(void);
