private import CZlib
import TGTensor

/// The two services of zlib that archives need. The only file here that handles pointers.
enum Inflate {
  /// The CRC-32 of bytes, as zip files carry it.
  static func checksum(_ region: ByteRegion) -> UInt32 {
    region.withSpan { span in
      unsafe span.withUnsafeBytes { bytes in
        var checksum = crc32(0, nil, 0)
        var position = 0
        while position < bytes.count {
          // zlib counts in 32 bits.
          let length = min(bytes.count - position, 1 << 30)
          let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
          checksum = unsafe crc32(
            checksum, part.bindMemory(to: UInt8.self).baseAddress, UInt32(length))
          position += length
        }
        return UInt32(truncatingIfNeeded: checksum)
      }
    }
  }

  /// The bytes of a raw deflate stream that is known to yield exactly `size` bytes and to use all
  /// of its own; nil if it does not. The result grows with what is really there, never by claim.
  /// With `atMost`, reading ends once so many bytes are there.
  static func inflated(_ region: ByteRegion, size: Int, atMost: Int = .max) -> [UInt8]? {
    var stream = unsafe z_stream()
    let headerSize = unsafe Int32(MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(&stream, -15, ZLIB_VERSION, headerSize) == Z_OK else { return nil }
    defer { unsafe inflateEnd(&stream) }
    var result: [UInt8] = []
    result.reserveCapacity(min(size, atMost, 64 * region.count))
    var chunk = [UInt8](repeating: 0, count: min(atMost, 1 << 18))
    let complete = region.withSpan { span in
      unsafe span.withUnsafeBytes { input in
        var position = 0
        while true {
          let length = min(input.count - position, 1 << 30)
          let part = unsafe UnsafeRawBufferPointer(rebasing: input[position..<position + length])
          unsafe stream.next_in = UnsafeMutablePointer(
            mutating: part.bindMemory(to: UInt8.self).baseAddress)
          unsafe stream.avail_in = UInt32(length)
          let status = unsafe chunk.withUnsafeMutableBufferPointer { output in
            unsafe stream.next_out = output.baseAddress
            unsafe stream.avail_out = UInt32(output.count)
            return unsafe inflate(&stream, Z_NO_FLUSH)
          }
          let produced = unsafe chunk.count - Int(stream.avail_out)
          position = unsafe position + length - Int(stream.avail_in)
          guard result.count + produced <= size else { return false }
          result.append(contentsOf: chunk[0..<produced])
          if result.count >= atMost { return true }
          if status == Z_STREAM_END { return position == input.count && result.count == size }
          guard status == Z_OK, produced > 0 || position < input.count else { return false }
        }
      }
    }
    return complete ? result : nil
  }
}

extension Checkpoint {
  /// The revision of zlib that inflates archives, such as `1.2.13`.
  package static var libraryRevision: String { unsafe String(cString: zlibVersion()) }
}
