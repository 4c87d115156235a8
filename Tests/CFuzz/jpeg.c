/* Feeds the JPEG shim with any bytes, as TGImage does: open, every row, the end; what was read is
 * written and read again. */
#include "CTGJPEG.h"

#include <stdlib.h>
#include <string.h>

/* Reads all rows; the samples, or NULL. */
static uint16_t *read_rows(ctgjpeg_reader *reader, const ctgjpeg_header *header, char *message) {
  const size_t across = (size_t)header->width * header->channels;
  uint16_t *samples = malloc(across * header->height * sizeof *samples);
  if (samples == NULL) abort();
  int status = 0;
  for (uint32_t y = 0; y < header->height && status == 0; y++) {
    status = ctgjpeg_read_row(reader, samples + y * across, message);
    for (size_t i = 0; i < across && status == 0; i++)
      if (samples[y * across + i] > 255) abort();
  }
  if (status == 0) status = ctgjpeg_finish(reader, message);
  if (strlen(ctgjpeg_warnings(reader)) >= CTGJPEG_MESSAGE) abort();
  if (status == 0) return samples;
  /* A reader that has failed says the same again. */
  char again[CTGJPEG_MESSAGE] = "";
  if (message[0] == 0 || ctgjpeg_read_row(reader, samples, again) == 0) abort();
  if (strcmp(message, again) != 0 || ctgjpeg_finish(reader, again) == 0) abort();
  free(samples);
  return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  ctgjpeg_header header;
  char message[CTGJPEG_MESSAGE] = "";
  ctgjpeg_reader *reader = ctgjpeg_open(bytes, count, 20, &header, message);
  if (reader == NULL) {
    if (message[0] == 0) abort();
    return 0;
  }
  /* A picture is small here: what is looked for is not time. */
  uint16_t *samples =
      header.width <= 300 && header.height <= 300 ? read_rows(reader, &header, message) : NULL;
  ctgjpeg_close(reader);
  if (samples == NULL) return 0;
  const uint8_t comments[] = "a=1b+=2";
  const uint32_t lengths[] = {3, 4};
  uint8_t *encoded = NULL;
  size_t length = 0;
  if (ctgjpeg_encode(samples, header.width, header.height, header.channels, 1 + bytes[0] % 100,
                     comments, lengths, 2, &encoded, &length, message) != 0)
    abort();
  ctgjpeg_header second;
  ctgjpeg_reader *again = ctgjpeg_open(encoded, length, 20, &second, message);
  if (again == NULL || second.width != header.width || second.height != header.height ||
      second.channels != header.channels)
    abort();
  uint16_t *copy = read_rows(again, &second, message);
  if (copy == NULL) abort();
  ctgjpeg_close(again);
  ctgjpeg_free(encoded);
  free(samples);
  free(copy);
  return 0;
}
