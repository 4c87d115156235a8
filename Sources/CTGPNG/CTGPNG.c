#include "CTGPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* Messages of libpng land here; shared by reading and writing. */
typedef struct notes {
  char error[CTGPNG_MESSAGE];
  char warnings[CTGPNG_MESSAGE];
  int warning_count;
} notes;

static void put(char *target, const char *text) {
  strncpy(target, text, CTGPNG_MESSAGE - 1);
  target[CTGPNG_MESSAGE - 1] = 0;
}

static void on_error(png_structp png, png_const_charp text) {
  notes *log = png_get_error_ptr(png);
  put(log->error, text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  notes *log = png_get_error_ptr(png);
  if (log->warning_count >= 4) return;
  size_t used = strlen(log->warnings);
  size_t length = strlen(text);
  if (used + length + 3 > CTGPNG_MESSAGE) return;
  if (log->warning_count > 0) {
    memcpy(log->warnings + used, "; ", 2);
    used += 2;
  }
  memcpy(log->warnings + used, text, length + 1);
  log->warning_count += 1;
}

/* ---- Reading ---- */

struct ctgpng_reader {
  notes log;
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t count;
  size_t position;
  uint8_t *row;
  uint32_t width;
  uint32_t channels;
  uint32_t depth;
  uint32_t transparent;
};

static void on_read(png_structp png, png_bytep target, size_t wanted) {
  ctgpng_reader *reader = png_get_io_ptr(png);
  if (wanted > reader->count - reader->position) png_error(png, "the file ends too early");
  memcpy(target, reader->bytes + reader->position, wanted);
  reader->position += wanted;
}

/* Everything before the first row; may longjmp. */
static void begin(ctgpng_reader *reader, const ctgpng_limits *limits, ctgpng_header *header) {
  /* Chunks that say nothing about samples are skipped unread, whatever they claim. */
  static const png_byte skipped[] =
      "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0tEXt\0"
      "tIME\0zTXt";
  png_structp png = reader->png;
  png_infop info = reader->info;
  png_set_read_fn(png, reader, on_read);
  png_set_user_limits(png, limits->side, limits->side);
  png_set_chunk_cache_max(png, limits->chunk_count);
  png_set_chunk_malloc_max(png, limits->chunk_bytes);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
  png_set_keep_unknown_chunks(
      png, PNG_HANDLE_CHUNK_NEVER, skipped, (int)(sizeof skipped / 5));
  png_read_info(png, info);
  png_set_expand(png);
  png_read_update_info(png, info);

  uint32_t channels = png_get_channels(png, info);
  reader->width = png_get_image_width(png, info);
  reader->depth = png_get_bit_depth(png, info);
  reader->transparent = channels == 2 || channels == 4;
  reader->channels = channels - reader->transparent;
  if ((reader->depth != 8 && reader->depth != 16) ||
      (reader->channels != 1 && reader->channels != 3)) {
    png_error(png, "the samples have an unknown form");
  }
  header->width = reader->width;
  header->height = png_get_image_height(png, info);
  header->channels = reader->channels;
  header->depth = reader->depth;
  header->interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
  header->transparent = reader->transparent;
  reader->row = png_malloc(png, png_get_rowbytes(png, info));
}

ctgpng_reader *ctgpng_open(
    const uint8_t *bytes, size_t count, const ctgpng_limits *limits, ctgpng_header *header,
    char *message) {
  ctgpng_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) {
    put(message, "out of memory");
    return NULL;
  }
  reader->bytes = bytes;
  reader->count = count;
  reader->png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader->log, on_error, on_warning);
  if (reader->png != NULL) reader->info = png_create_info_struct(reader->png);
  if (reader->info == NULL) {
    put(message, "libpng could not start");
    ctgpng_close(reader);
    return NULL;
  }
  if (setjmp(png_jmpbuf(reader->png))) {
    put(message, reader->log.error);
    ctgpng_close(reader);
    return NULL;
  }
  begin(reader, limits, header);
  return reader;
}

/* One sample over white by its alpha, both in 0 ... largest, rounded to nearest. */
static uint16_t over_white(uint32_t sample, uint32_t alpha, uint32_t largest) {
  uint64_t sum = (uint64_t)sample * alpha + (uint64_t)largest * (largest - alpha);
  return (uint16_t)((sum + largest / 2) / largest);
}

static uint32_t sample_at(const uint8_t *row, size_t index, uint32_t depth) {
  if (depth == 8) return row[index];
  return (uint32_t)row[2 * index] << 8 | row[2 * index + 1];
}

int ctgpng_read_row(ctgpng_reader *reader, uint32_t width, uint16_t *samples, char *message) {
  if (width > reader->width) {
    put(message, "a row is wider than the picture");
    return -1;
  }
  if (setjmp(png_jmpbuf(reader->png))) {
    put(message, reader->log.error);
    return -1;
  }
  png_read_row(reader->png, reader->row, NULL);
  const uint32_t channels = reader->channels;
  const uint32_t depth = reader->depth;
  const uint32_t largest = depth == 8 ? 255 : 65535;
  const uint32_t stored = channels + reader->transparent;
  for (size_t pixel = 0; pixel < width; ++pixel) {
    uint32_t alpha = largest;
    if (reader->transparent) alpha = sample_at(reader->row, pixel * stored + channels, depth);
    for (size_t channel = 0; channel < channels; ++channel) {
      uint32_t sample = sample_at(reader->row, pixel * stored + channel, depth);
      samples[pixel * channels + channel] =
          alpha == largest ? (uint16_t)sample : over_white(sample, alpha, largest);
    }
  }
  return 0;
}

/* Where the last IDAT chunk of the first run of them ends, by the chunk lengths. */
static size_t end_of_samples(const ctgpng_reader *reader) {
  size_t position = 8;
  size_t end = 0;
  while (reader->count - position >= 12) {
    const uint8_t *head = reader->bytes + position;
    size_t length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    int is_data = memcmp(head + 4, "IDAT", 4) == 0;
    if (end != 0 && !is_data) break;
    if (length > reader->count - position - 12) return is_data ? reader->count : end;
    position += 12 + length;
    if (is_data) end = position;
  }
  return end;
}

int ctgpng_expect_last_row(ctgpng_reader *reader, char *message) {
  size_t end = end_of_samples(reader);
  size_t row = png_get_rowbytes(reader->png, reader->info);
  if (end > reader->position && end - reader->position > 2 * row + 65536) {
    put(message, "much data follows the last row");
    return -1;
  }
  return 0;
}

int ctgpng_finish(ctgpng_reader *reader, char *message) {
  if (setjmp(png_jmpbuf(reader->png))) {
    put(message, reader->log.error);
    return -1;
  }
  png_read_end(reader->png, NULL);
  return 0;
}

const char *ctgpng_warnings(const ctgpng_reader *reader) { return reader->log.warnings; }

void ctgpng_close(ctgpng_reader *reader) {
  if (reader == NULL) return;
  if (reader->row != NULL) png_free(reader->png, reader->row);
  png_destroy_read_struct(&reader->png, &reader->info, NULL);
  free(reader);
}

/* ---- Writing ---- */

typedef struct writer {
  notes log;
  png_structp png;
  png_infop info;
  uint8_t *row;
  uint8_t *bytes;
  size_t count;
  size_t capacity;
} writer;

static void on_write(png_structp png, png_bytep source, size_t added) {
  writer *output = png_get_io_ptr(png);
  if (added > output->capacity - output->count) {
    size_t capacity = 2 * output->capacity + added;
    uint8_t *bytes = capacity >= added ? realloc(output->bytes, capacity) : NULL;
    if (bytes == NULL) png_error(png, "out of memory");
    output->bytes = bytes;
    output->capacity = capacity;
  }
  memcpy(output->bytes + output->count, source, added);
  output->count += added;
}

static void on_flush(png_structp png) { (void)png; }

/* The whole of encoding; may longjmp. */
static void encode(
    writer *output, const uint16_t *samples, uint32_t width, uint32_t height, uint32_t channels,
    uint32_t depth) {
  png_structp png = output->png;
  png_set_write_fn(png, output, on_write, on_flush);
  png_set_compression_level(png, 6);
  png_set_IHDR(
      png, output->info, width, height, (int)depth,
      channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
      PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, output->info);
  const size_t across = (size_t)width * channels;
  output->row = png_malloc(png, across * (depth / 8));
  for (size_t y = 0; y < height; ++y) {
    const uint16_t *line = samples + y * across;
    for (size_t x = 0; x < across; ++x) {
      if (depth == 8) {
        output->row[x] = (uint8_t)line[x];
      } else {
        output->row[2 * x] = (uint8_t)(line[x] >> 8);
        output->row[2 * x + 1] = (uint8_t)line[x];
      }
    }
    png_write_row(png, output->row);
  }
  png_write_end(png, NULL);
}

int ctgpng_encode(
    const uint16_t *samples, uint32_t width, uint32_t height, uint32_t channels, uint32_t depth,
    uint8_t **bytes, size_t *count, char *message) {
  writer *output = calloc(1, sizeof *output);
  int status = -1;
  if (output == NULL) {
    put(message, "out of memory");
    return -1;
  }
  output->png =
      png_create_write_struct(PNG_LIBPNG_VER_STRING, &output->log, on_error, on_warning);
  if (output->png != NULL) output->info = png_create_info_struct(output->png);
  if (output->info == NULL) {
    put(message, "libpng could not start");
  } else if (setjmp(png_jmpbuf(output->png))) {
    put(message, output->log.error);
  } else {
    encode(output, samples, width, height, channels, depth);
    *bytes = output->bytes;
    *count = output->count;
    output->bytes = NULL;
    status = 0;
  }
  if (output->row != NULL) png_free(output->png, output->row);
  png_destroy_write_struct(&output->png, &output->info);
  free(output->bytes);
  free(output);
  return status;
}

void ctgpng_free(uint8_t *bytes) { free(bytes); }

const char *ctgpng_revision(void) { return png_get_libpng_ver(NULL); }
