import TGTensor

/// The two forms of `torch.save` files.
enum Torch {
  /// What is in a file: the object and where the bytes of its storages are.
  struct Contents: Sendable {
    var document: PickleDocument
    var storages: [String: Bytes]
    /// Whether the highest byte of each number comes first.
    var isBigEndian = false
  }

  /// The bytes of a storage.
  enum Bytes: Sendable {
    case region(ByteRegion)
    /// A compressed member of an archive and the size that it has when it is inflated.
    case member(ZipArchive, String, size: Int)
  }

  /// The number that opens files of before version 1.6, as its pickle writes it.
  private static let magic: [UInt8] = [
    0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
  ]

  /// Reads the zip form (since 1.6): `<prefix>/data.pkl` and `<prefix>/data/<key>`; nil if the archive
  /// has no such pickle. Other members are passed over.
  static func zip(_ archive: ZipArchive) throws(CheckpointFault) -> Contents? {
    let pickles = archive.names.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
    guard pickles.count == 1, let pickle = pickles.first else { return nil }
    let prefix = pickle.dropLast("data.pkl".count)
    guard !archive.contains("\(prefix)constants.pkl") else { throw .torch(.torchScript) }
    let order = try contents(archive, "\(prefix)byteorder")?.prefix(16) ?? Array("little".utf8)
    guard order == Array("little".utf8) || order == Array("big".utf8) else {
      throw .torch(.head("byte order"))
    }
    guard let stream = try contents(archive, pickle) else { return nil }
    let document = try PickleReader.read(stream, allowsStorages: true)
    guard document.end == stream.count else {
      throw .pickle(offset: document.end, .trailing(stream.count - document.end))
    }
    let named: [String: TorchStorage]
    do { named = try document.storages() } catch { throw .torch(error) }
    var storages: [String: Bytes] = [:]
    for key in named.keys {
      storages[key] = try bytes(archive, "\(prefix)data/\(key)", key: key)
    }
    return Contents(
      document: document, storages: storages, isBigEndian: order == Array("big".utf8))
  }

  private static func bytes(
    _ archive: ZipArchive, _ name: String, key: String
  ) throws(CheckpointFault) -> Bytes {
    do {
      if let size = try archive.inflatedSize(of: name) {
        return .member(archive, name, size: size)
      }
      if let bytes = try archive.contents(of: name) { return .region(bytes) }
    } catch { throw .zip(error) }
    throw .torch(.missingStorage(key))
  }

  private static func contents(
    _ archive: ZipArchive, _ name: String
  ) throws(CheckpointFault) -> ByteRegion? {
    do { return try archive.contents(of: name) } catch { throw .zip(error) }
  }

  /// True if a pickled value is the number that opens the legacy form.
  static func isMagic(_ document: PickleDocument) -> Bool {
    guard case .long(let bytes) = document.literal(document.root) else { return false }
    return bytes == magic
  }

  /// Reads the legacy form after its opening number, which ends at `position`: version, machine,
  /// the object, the list of storage keys, then each storage as a count and its elements. The pickles
  /// may be confined to a first part of the file.
  static func legacy(
    _ file: ByteRegion, at position: Int, head: ByteRegion? = nil
  ) throws(CheckpointFault) -> Contents {
    let head = head ?? file
    let version = try PickleReader.read(head, at: position, allowsStorages: false)
    guard let number = version.int(version.root) else { throw .torch(.head("version")) }
    guard number == 1001 else { throw .torch(.version(number)) }
    let machine = try PickleReader.read(head, at: version.end, allowsStorages: false)
    guard case .bool(let isLittle) = machine.value(of: "little_endian")?.form else {
      throw .torch(.head("byte order"))
    }
    guard isLittle else { throw .torch(.bigEndian) }
    let document = try PickleReader.read(head, at: machine.end, allowsStorages: true)
    let list = try PickleReader.read(head, at: document.end, allowsStorages: false)
    guard let index = list.root.objectIndex, list.records[index].kind == .list else {
      throw .torch(.head("list of storages"))
    }
    let named: [String: TorchStorage]
    do { named = try document.storages() } catch { throw .torch(error) }
    var storages: [String: Bytes] = [:]
    var next = list.end
    for item in list.contents(of: index) {
      guard let key = list.string(item) else { throw .torch(.head("list of storages")) }
      guard let storage = named[key], storages[key] == nil else {
        throw .torch(.unexpectedStorage(key))
      }
      guard let countBytes = file.bytes(next..<min(file.count, next + 8)), countBytes.count == 8
      else { throw .torch(.truncated(key: key)) }
      let count = countBytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard count == UInt64(storage.count) else {
        throw .torch(
          .storageSize(
            key: key, expected: storage.count, found: Int(truncatingIfNeeded: count)))
      }
      next += 8
      guard let element = storage.type.size else { throw .torch(.storageType(storage.type.name)) }
      let (size, overflow) = storage.count.multipliedReportingOverflow(by: element)
      guard !overflow, size <= file.count - next, let bytes = file.region(next..<next + size)
      else { throw .torch(.truncated(key: key)) }
      storages[key] = .region(bytes)
      next += size
    }
    guard next == file.count else { throw .torch(.trailing(file.count - next)) }
    return Contents(document: document, storages: storages)
  }

  /// The most bytes of pickles before the numbers of a bare storage; torch writes some 240.
  private static let bareHead = 4096

  /// The storage that a file of `torch.save` consists of, as plain pickles of tensors hold them; nil if
  /// it is something else. It is read anew for every look at its tensor, so its pickles are short.
  static func bareStorage(_ file: ByteRegion) -> (type: TorchType, bytes: ByteRegion)? {
    guard let head = file.region(0..<min(file.count, bareHead)),
      let opening = try? PickleReader.read(head, allowsStorages: false), isMagic(opening),
      let contents = try? legacy(file, at: opening.end, head: head),
      let index = contents.document.root.objectIndex,
      contents.document.records[index].kind == .storage,
      let storage = contents.document.storage(
        contents.document.items[contents.document.records[index].first]),
      case .region(let bytes) = contents.storages[storage.key]
    else { return nil }
    return (storage.type, bytes)
  }
}

/// A reference to the bytes behind tensors, as `torch.save` writes it.
struct TorchStorage: Hashable, Sendable {
  var key: String
  var type: TorchType
  /// Elements in the whole storage, as claimed.
  var count: Int
  /// Where a view of the storage begins, in elements (files before 2018).
  var viewOffset = 0
  /// The length of that view, in elements; nil for the whole storage.
  var viewCount: Int?
}

/// A view of a storage, as `torch.save` writes it; nothing of it is checked yet.
struct TorchTensor {
  /// Where the numbers are.
  enum Source {
    case storage(TorchStorage)
    /// The bytes of a file of its own.
    case file(ByteRegion)
  }

  var storage: Source
  var type: TorchType
  var offset: Int
  var dimensions: [Int]
  var strides: [Int]
  /// Whether every number counts with the other sign.
  var isNegated = false
}

extension TorchTensor {
  /// What it is, if it is none that we read.
  var unread: String? {
    guard let type = type.stored else { return "a tensor of type \(type.name)" }
    return isNegated && !type.hasFraction ? "a negated tensor of type \(type)" : nil
  }

  /// Checks the view; the name serves errors.
  ///
  /// - Returns: The shape.
  func check(_ contents: Torch.Contents?, name: String) throws(CheckpointFault) -> Shape {
    let range = try location(contents, name: name).1
    guard let type = type.stored else {
      throw .unread(name: name, unread ?? "a tensor of type \(type.name)")
    }
    do {
      return try StoredElements.checked(
        byteCount: range.count, type: type, dimensions: dimensions, offset: offset,
        strides: strides
      ).shape
    } catch { throw .view(name: name, error) }
  }

  /// The elements; the name serves errors.
  func elements(
    _ contents: Torch.Contents?, name: String
  ) throws(CheckpointFault) -> StoredElements {
    let (bytes, range, isBigEndian) = try location(contents, name: name)
    guard let type = type.stored else {
      throw .unread(name: name, unread ?? "a tensor of type \(type.name)")
    }
    guard let region = try bytes.region()?.region(range) else {
      throw .torch(.missingStorage(name))
    }
    do {
      return try StoredElements(
        region, type: type, dimensions: dimensions, offset: offset, strides: strides,
        isBigEndian: isBigEndian, isNegated: isNegated)
    } catch { throw .view(name: name, error) }
  }

  /// The storage, the part of it that the tensor may use, and the order of its bytes.
  private func location(
    _ contents: Torch.Contents?, name: String
  ) throws(CheckpointFault) -> (Torch.Bytes, Range<Int>, isBigEndian: Bool) {
    switch storage {
    case .file(let file):
      guard let bare = Torch.bareStorage(file) else { throw .torch(.missingStorage(name)) }
      return (.region(bare.bytes), 0..<bare.bytes.count, false)
    case .storage(let storage):
      guard let contents, let bytes = contents.storages[storage.key] else {
        throw .torch(.missingStorage(storage.key))
      }
      return (bytes, try storage.range(of: bytes.count, name: name), contents.isBigEndian)
    }
  }
}

extension TorchStorage {
  /// The part of a storage that has so many bytes; its own count must agree.
  fileprivate func range(of bytes: Int, name: String) throws(CheckpointFault) -> Range<Int> {
    guard let size = type.size else { return 0..<bytes }
    let (expected, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow, bytes == expected else {
      throw .torch(.storageSize(key: key, expected: expected, found: bytes))
    }
    guard let viewCount else { return 0..<bytes }
    // Both counts are below 2^62 once compared with the storage.
    guard viewOffset <= count, viewCount <= count - viewOffset else {
      throw .view(name: name, .outside(elements: count))
    }
    return viewOffset * size..<(viewOffset + viewCount) * size
  }
}

extension Torch.Bytes {
  /// The number of bytes.
  fileprivate var count: Int {
    switch self {
    case .region(let region): region.count
    case .member(_, _, let size): size
    }
  }

  /// The bytes, inflated if need be.
  fileprivate func region() throws(CheckpointFault) -> ByteRegion? {
    switch self {
    case .region(let region): return region
    case .member(let archive, let name, _):
      do { return try archive.contents(of: name) } catch { throw .zip(error) }
    }
  }
}
