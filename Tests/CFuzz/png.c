/* Feeds the PNG shim with any bytes, as TGImage does: open, every row of every pass, the end; what
 * was read is written and read again. */
#include "CTGPNG.h"

#include <stdlib.h>
#include <string.h>

/* The passes of an interlaced picture: first column and row, and the distances (Adam7). */
static const uint32_t passes[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                      {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

static uint32_t places(uint32_t extent, uint32_t first, uint32_t step) {
  return extent > first ? (extent - first + step - 1) / step : 0;
}

/* Reads all rows; the samples of a picture that is not interlaced, or NULL. */
static uint16_t *read_rows(ctgpng_reader *reader, const ctgpng_header *header, char *message) {
  const size_t across = (size_t)header->width * header->channels;
  const size_t rows = header->interlaced ? 1 : header->height;
  uint16_t *samples = malloc(across * rows * sizeof *samples);
  if (samples == NULL) abort();
  for (int pass = 0; pass < (header->interlaced ? 7 : 1); pass++) {
    uint32_t width = header->width, height = header->height;
    if (header->interlaced) {
      width = places(width, passes[pass][0], passes[pass][2]);
      height = places(height, passes[pass][1], passes[pass][3]);
      if (width == 0 || height == 0) continue;
    }
    for (uint32_t y = 0; y < height; y++) {
      uint16_t *row = samples + (header->interlaced ? 0 : y * across);
      if (y + 1 == height && ctgpng_expect_last_row(reader, message) != 0) goto failed;
      if (ctgpng_read_row(reader, width, row, message) != 0) goto failed;
      const uint16_t largest = header->depth == 8 ? 255 : 65535;
      for (size_t i = 0; i < (size_t)width * header->channels; i++)
        if (row[i] > largest) abort();
    }
  }
  if (ctgpng_finish(reader, message) == 0 && !header->interlaced) return samples;
failed:
  free(samples);
  return NULL;
}

/* Looks at every byte of the texts and of the EXIF block. */
static void read_words(const uint8_t *bytes, size_t count, const ctgpng_limits *limits) {
  ctgpng_texts *list = ctgpng_read_texts(bytes, count, limits, 8 << 20);
  if (list == NULL) abort();
  size_t sum = 0;
  for (size_t index = 0; index < ctgpng_text_count(list); index++) {
    ctgpng_text text = ctgpng_text_at(list, index);
    sum += strlen(text.key) + strlen(text.value);
    if (strlen(text.value) > text.length) abort();
  }
  if (sum > 16 << 20) abort();
  ctgpng_close_texts(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  /* A picture is small here: what is looked for is not time. */
  const ctgpng_limits limits = {.side = 300, .chunk_bytes = 1 << 20, .chunk_count = 64};
  ctgpng_header header;
  char message[CTGPNG_MESSAGE] = "";
  read_words(bytes, count, &limits);
  ctgpng_reader *reader = ctgpng_open(bytes, count, &limits, &header, message);
  if (reader == NULL) {
    if (message[0] == 0) abort();
    return 0;
  }
  uint16_t *samples = read_rows(reader, &header, message);
  if (strlen(ctgpng_warnings(reader)) >= CTGPNG_MESSAGE) abort();
  size_t length = 0;
  const uint8_t *exif = ctgpng_exif(reader, &length);
  for (size_t i = 0; i < length; i++) header.transparent ^= exif[i];
  ctgpng_close(reader);
  if (samples == NULL) return 0;
  uint8_t *encoded = NULL;
  if (ctgpng_encode(samples, header.width, header.height, header.channels, header.depth,
                    "a\0b\0c\0\xC3\xA9", 2, &encoded, &length, message) != 0)
    abort();
  ctgpng_header second;
  ctgpng_reader *again = ctgpng_open(encoded, length, &limits, &second, message);
  if (again == NULL || second.width != header.width || second.height != header.height) abort();
  uint16_t *copy = read_rows(again, &second, message);
  const size_t size = (size_t)header.width * header.height * header.channels * sizeof *samples;
  if (copy == NULL || memcmp(copy, samples, size) != 0) abort();
  ctgpng_close(again);
  ctgpng_free(encoded);
  free(samples);
  free(copy);
  return 0;
}
