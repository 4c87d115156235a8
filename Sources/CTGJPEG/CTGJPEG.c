#include "CTGJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

/* Messages of libjpeg land here, and errors leave by here; shared by reading and writing. */
typedef struct notes {
  jmp_buf leave;
  char error[CTGJPEG_MESSAGE];
  char warnings[CTGJPEG_MESSAGE];
  int warning_count;
} notes;

static void put(char *target, const char *text) {
  strncpy(target, text, CTGJPEG_MESSAGE - 1);
  target[CTGJPEG_MESSAGE - 1] = 0;
}

/* Ends the call with an error of our own. */
static void fail(j_common_ptr jpeg, const char *text) {
  notes *log = jpeg->client_data;
  put(log->error, text);
  longjmp(log->leave, 1);
}

static void on_error(j_common_ptr jpeg) {
  char text[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, text);
  fail(jpeg, text);
}

static void on_message(j_common_ptr jpeg, int level) {
  notes *log = jpeg->client_data;
  if (level >= 0 || log->warning_count >= 4) return;
  char text[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, text);
  size_t used = strlen(log->warnings);
  size_t length = strlen(text);
  if (used + length + 3 > CTGJPEG_MESSAGE) return;
  if (log->warning_count > 0) {
    memcpy(log->warnings + used, "; ", 2);
    used += 2;
  }
  memcpy(log->warnings + used, text, length + 1);
  log->warning_count += 1;
}

static void on_output(j_common_ptr jpeg) { (void)jpeg; }

static struct jpeg_error_mgr *handlers(struct jpeg_error_mgr *errors) {
  jpeg_std_error(errors);
  errors->error_exit = on_error;
  errors->emit_message = on_message;
  errors->output_message = on_output;
  return errors;
}

/* ---- Reading ---- */

struct ctgjpeg_reader {
  notes log;
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  size_t count;
  JSAMPARRAY row;
  int scans;
  int has_failed;
};

static void on_begin(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean on_empty(j_decompress_ptr jpeg) {
  fail((j_common_ptr)jpeg, "the file ends too early");
  return FALSE;
}

static void on_skip(j_decompress_ptr jpeg, long wanted) {
  if (wanted <= 0) return;
  size_t left = jpeg->src->bytes_in_buffer;
  size_t step = (size_t)wanted < left ? (size_t)wanted : left;
  jpeg->src->next_input_byte += step;
  jpeg->src->bytes_in_buffer -= step;
}

/* Called for each row of blocks, also while all scans of a file are read before its first row. */
static void on_progress(j_common_ptr any) {
  j_decompress_ptr jpeg = (j_decompress_ptr)any;
  ctgjpeg_reader *reader = (ctgjpeg_reader *)(void *)any->client_data;
  if (jpeg->input_scan_number > reader->scans) fail(any, "the file has too many scans");
}

static uint32_t colour_of(j_decompress_ptr jpeg) {
  switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE: return CTGJPEG_GREY;
    case JCS_RGB: return CTGJPEG_RGB;
    case JCS_YCbCr: return CTGJPEG_YCBCR;
    case JCS_CMYK: return CTGJPEG_CMYK;
    case JCS_YCCK: return CTGJPEG_YCCK;
    default: return 0;
  }
}

/* Everything before the first row; may leave by longjmp. */
static void begin(ctgjpeg_reader *reader, const uint8_t *bytes, ctgjpeg_header *header) {
  j_decompress_ptr jpeg = &reader->jpeg;
  jpeg_create_decompress(jpeg);
  reader->source = (struct jpeg_source_mgr){
      .next_input_byte = bytes,
      .bytes_in_buffer = reader->count,
      .init_source = on_begin,
      .fill_input_buffer = on_empty,
      .skip_input_data = on_skip,
      .resync_to_restart = jpeg_resync_to_restart,
      .term_source = on_begin,
  };
  jpeg->src = &reader->source;
  reader->progress.progress_monitor = on_progress;
  jpeg->progress = &reader->progress;
  /* Tables may come first, as a file of their own. */
  while (jpeg_read_header(jpeg, FALSE) == JPEG_HEADER_TABLES_ONLY) {
  }
  header->width = jpeg->image_width;
  header->height = jpeg->image_height;
  header->colour = colour_of(jpeg);
  header->progressive = jpeg->progressive_mode != FALSE;
  header->arithmetic = jpeg->arith_code != FALSE;
  header->across = header->down = 1;
  if (jpeg->num_components >= 3) {
    const jpeg_component_info *first = jpeg->comp_info, *second = first + 1;
    header->across = (uint32_t)(first->h_samp_factor / second->h_samp_factor);
    header->down = (uint32_t)(first->v_samp_factor / second->v_samp_factor);
  }
  switch (header->colour) {
    case CTGJPEG_GREY:
      jpeg->out_color_space = JCS_GRAYSCALE;
      header->channels = 1;
      break;
    case CTGJPEG_RGB:
    case CTGJPEG_YCBCR:
      jpeg->out_color_space = JCS_RGB;
      header->channels = 3;
      break;
    case CTGJPEG_CMYK:
    case CTGJPEG_YCCK:
      jpeg->out_color_space = JCS_CMYK;
      header->channels = 3;
      break;
    default: fail((j_common_ptr)jpeg, "its colours have an unknown form");
  }
}

/* The error with the location where it was met. */
static int say_where(ctgjpeg_reader *reader, char *message) {
  const struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  if (!reader->has_failed) {
    char location[128];
    size_t at = reader->count - (jpeg->src == NULL ? 0 : jpeg->src->bytes_in_buffer);
    if (reader->row == NULL) {
      snprintf(location, sizeof location, " (near byte %zu of %zu)", at, reader->count);
    } else {
      snprintf(location, sizeof location, " (near byte %zu of %zu, in row %u of %u)", at,
               reader->count, (unsigned)jpeg->output_scanline + 1, (unsigned)jpeg->output_height);
    }
    size_t used = strlen(reader->log.error);
    size_t length = strlen(location);
    if (used + length < CTGJPEG_MESSAGE) memcpy(reader->log.error + used, location, length + 1);
    reader->has_failed = 1;
  }
  put(message, reader->log.error);
  return -1;
}

ctgjpeg_reader *ctgjpeg_open(const uint8_t *bytes, size_t count, uint32_t scans,
                             ctgjpeg_header *header, char *message) {
  ctgjpeg_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) {
    put(message, "out of memory");
    return NULL;
  }
  reader->count = count;
  reader->scans = (int)scans;
  reader->jpeg.err = handlers(&reader->errors);
  reader->jpeg.client_data = reader;
  if (setjmp(reader->log.leave)) {
    say_where(reader, message);
    ctgjpeg_close(reader);
    return NULL;
  }
  begin(reader, bytes, header);
  return reader;
}

/* a * b / 255, rounded as Pillow does. */
static uint32_t product(uint32_t a, uint32_t b) {
  uint32_t sum = a * b + 128;
  return ((sum >> 8) + sum) >> 8;
}

/* CMYK as libjpeg hands it out, inverted by Pillow, then as Pillow converts it to RGB. */
static void put_cmyk(const JSAMPLE *from, uint16_t *samples, size_t width) {
  for (size_t pixel = 0; pixel < width; ++pixel) {
    uint32_t light = from[4 * pixel + 3];
    for (size_t channel = 0; channel < 3; ++channel) {
      uint32_t ink = 255u - from[4 * pixel + channel];
      uint32_t dark = product(ink, light);
      samples[3 * pixel + channel] = (uint16_t)(dark < light ? light - dark : 0);
    }
  }
}

int ctgjpeg_read_row(ctgjpeg_reader *reader, uint16_t *samples, char *message) {
  if (reader->has_failed) return say_where(reader, message);
  if (setjmp(reader->log.leave)) return say_where(reader, message);
  j_decompress_ptr jpeg = &reader->jpeg;
  if (reader->row == NULL) {
    jpeg_start_decompress(jpeg);
    const JDIMENSION bytes = jpeg->output_width * (JDIMENSION)jpeg->output_components;
    reader->row = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, bytes, 1);
  }
  if (jpeg->output_scanline >= jpeg->output_height ||
      jpeg_read_scanlines(jpeg, reader->row, 1) != 1) {
    fail((j_common_ptr)jpeg, "there are no more rows");
  }
  const JSAMPLE *from = reader->row[0];
  if (jpeg->out_color_space == JCS_CMYK) {
    put_cmyk(from, samples, jpeg->output_width);
  } else {
    const size_t count = (size_t)jpeg->output_width * (size_t)jpeg->output_components;
    for (size_t i = 0; i < count; ++i) samples[i] = from[i];
  }
  return 0;
}

int ctgjpeg_finish(ctgjpeg_reader *reader, char *message) {
  if (reader->has_failed) return say_where(reader, message);
  if (setjmp(reader->log.leave)) return say_where(reader, message);
  if (reader->row == NULL) fail((j_common_ptr)&reader->jpeg, "no row was read");
  jpeg_finish_decompress(&reader->jpeg);
  return 0;
}

const char *ctgjpeg_warnings(const ctgjpeg_reader *reader) { return reader->log.warnings; }

void ctgjpeg_close(ctgjpeg_reader *reader) {
  if (reader == NULL) return;
  jpeg_destroy_decompress(&reader->jpeg);
  free(reader);
}

/* ---- Writing ---- */

typedef struct writer {
  notes log;
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_destination_mgr target;
  uint8_t *bytes;
  size_t capacity;
} writer;

/* The room to begin with; it is doubled whenever it is full. */
enum { FIRST_CAPACITY = 65536 };

static void on_start(j_compress_ptr jpeg) {
  writer *output = jpeg->client_data;
  output->bytes = malloc(FIRST_CAPACITY);
  if (output->bytes == NULL) fail((j_common_ptr)jpeg, "out of memory");
  output->capacity = FIRST_CAPACITY;
  output->target.next_output_byte = output->bytes;
  output->target.free_in_buffer = output->capacity;
}

/* Twice the room; libjpeg calls it when all of it is used, whatever it says is left. */
static boolean on_full(j_compress_ptr jpeg) {
  writer *output = jpeg->client_data;
  uint8_t *bytes =
      output->capacity <= SIZE_MAX / 2 ? realloc(output->bytes, 2 * output->capacity) : NULL;
  if (bytes == NULL) fail((j_common_ptr)jpeg, "out of memory");
  output->bytes = bytes;
  output->target.next_output_byte = bytes + output->capacity;
  output->target.free_in_buffer = output->capacity;
  output->capacity *= 2;
  return TRUE;
}

static void on_end(j_compress_ptr jpeg) { (void)jpeg; }

/* The whole of encoding; may leave by longjmp. */
static void encode(writer *output, const uint16_t *samples, uint32_t width, uint32_t height,
                   uint32_t channels, uint32_t quality, const uint8_t *comments,
                   const uint32_t *lengths, uint32_t comment_count) {
  j_compress_ptr jpeg = &output->jpeg;
  jpeg_create_compress(jpeg);
  output->target.init_destination = on_start;
  output->target.empty_output_buffer = on_full;
  output->target.term_destination = on_end;
  jpeg->dest = &output->target;
  jpeg->image_width = width;
  jpeg->image_height = height;
  jpeg->input_components = (int)channels;
  jpeg->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(jpeg);
  jpeg_set_quality(jpeg, (int)quality, TRUE);
  jpeg->comp_info[0].h_samp_factor = jpeg->comp_info[0].v_samp_factor = 1;
  jpeg_start_compress(jpeg, TRUE);
  for (uint32_t index = 0; index < comment_count; ++index) {
    jpeg_write_marker(jpeg, JPEG_COM, comments, lengths[index]);
    comments += lengths[index];
  }
  const size_t across = (size_t)width * channels;
  JSAMPARRAY row = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, (JDIMENSION)across, 1);
  for (size_t y = 0; y < height; ++y) {
    for (size_t x = 0; x < across; ++x) row[0][x] = (JSAMPLE)samples[y * across + x];
    jpeg_write_scanlines(jpeg, row, 1);
  }
  jpeg_finish_compress(jpeg);
}

int ctgjpeg_encode(const uint16_t *samples, uint32_t width, uint32_t height, uint32_t channels,
                   uint32_t quality, const uint8_t *comments, const uint32_t *lengths,
                   uint32_t comment_count, uint8_t **bytes, size_t *count, char *message) {
  writer *output = calloc(1, sizeof *output);
  int status = -1;
  if (output == NULL) {
    put(message, "out of memory");
    return -1;
  }
  output->jpeg.err = handlers(&output->errors);
  output->jpeg.client_data = output;
  if (setjmp(output->log.leave)) {
    put(message, output->log.error);
  } else {
    encode(output, samples, width, height, channels, quality, comments, lengths, comment_count);
    *count = output->capacity - output->target.free_in_buffer;
    *bytes = output->bytes;
    output->bytes = NULL;
    status = 0;
  }
  jpeg_destroy_compress(&output->jpeg);
  free(output->bytes);
  free(output);
  return status;
}

void ctgjpeg_free(uint8_t *bytes) { free(bytes); }

#define TEXT_OF(name) TEXT(name)
#define TEXT(words) #words

const char *ctgjpeg_revision(void) { return TEXT_OF(LIBJPEG_TURBO_VERSION); }
