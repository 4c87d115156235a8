import TGTensor

/// The two forms of `torch.save` files.
enum Torch {
  /// What is in a file: the object and where the bytes of its storages are.
  struct Contents {
    var document: PickleDocument
    var storages: [String: ByteRegion]
  }

  /// The number that opens files of before version 1.6, as its pickle writes it.
  private static let magic: [UInt8] = [
    0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
  ]

  /// Reads the zip form (since 1.6): `<prefix>/data.pkl` and `<prefix>/data/<key>`.
  static func zip(_ archive: ZipArchive) throws(CheckpointFault) -> Contents {
    let suffix = "/data.pkl"
    let pickles = archive.members.filter {
      $0.name.hasSuffix(suffix) && !$0.name.dropLast(suffix.count).contains("/")
    }
    guard pickles.count == 1, let pickle = pickles.first else { throw .torch(.noPickle) }
    let prefix = pickle.name.dropLast("data.pkl".count)
    guard !archive.contains("\(prefix)constants.pkl") else { throw .torch(.torchScript) }
    if let order = try contents(archive, "\(prefix)byteorder"),
      order.prefix(16) != Array("little".utf8)
    {
      throw .torch(.bigEndian)
    }
    guard let stream = try contents(archive, pickle.name) else { throw .torch(.noPickle) }
    let document = try PickleReader.read(stream, allowsStorages: true)
    guard document.end == stream.count else {
      throw .pickle(offset: document.end, .trailing(stream.count - document.end))
    }
    var storages: [String: ByteRegion] = [:]
    for storage in document.storages where storages[storage.key] == nil {
      guard let bytes = try contents(archive, "\(prefix)data/\(storage.key)") else {
        throw .torch(.missingStorage(storage.key))
      }
      storages[storage.key] = bytes
    }
    return Contents(document: document, storages: storages)
  }

  private static func contents(
    _ archive: ZipArchive, _ name: String
  ) throws(CheckpointFault) -> ByteRegion? {
    do { return try archive.contents(of: name) } catch { throw .zip(error) }
  }

  /// True if a pickled value is the number that opens the legacy form.
  static func isMagic(_ document: PickleDocument) -> Bool {
    guard case .object(let place) = document.root, case .long(let bytes) = document.objects[place]
    else { return false }
    return bytes == magic
  }

  /// Reads the legacy form after its opening number, which ends at `position`: version, machine,
  /// the object, the list of storage keys, then each storage as a count and its elements.
  static func legacy(
    _ file: ByteRegion, at position: Int
  ) throws(CheckpointFault) -> Contents {
    let version = try PickleReader.read(file, at: position, allowsStorages: false)
    guard case .int(let number) = version.root else { throw .torch(.head("version")) }
    guard number == 1001 else { throw .torch(.version(number)) }
    let machine = try PickleReader.read(file, at: version.end, allowsStorages: false)
    guard let isLittle = machine.value(of: "little_endian"), case .bool(let isLittle) = isLittle
    else { throw .torch(.head("byte order")) }
    guard isLittle else { throw .torch(.bigEndian) }
    let document = try PickleReader.read(file, at: machine.end, allowsStorages: true)
    let list = try PickleReader.read(file, at: document.end, allowsStorages: false)
    guard case .object(let place) = list.root, case .list(let items) = list.objects[place] else {
      throw .torch(.head("list of storages"))
    }
    var types: [String: TorchStorage] = [:]
    for storage in document.storages {
      let known = types.updateValue(storage, forKey: storage.key)
      guard known == nil || (known?.type == storage.type && known?.count == storage.count) else {
        throw .torch(.unexpectedStorage(storage.key))
      }
    }
    var storages: [String: ByteRegion] = [:]
    var next = list.end
    for item in items {
      guard case .object(let place) = item, let key = list.objects[place].string else {
        throw .torch(.head("list of storages"))
      }
      guard let storage = types[key], storages[key] == nil else {
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
      let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.type.size)
      guard !overflow, size <= file.count - next, let bytes = file.region(next..<next + size)
      else { throw .torch(.truncated(key: key)) }
      storages[key] = bytes
      next += size
    }
    guard next == file.count else { throw .torch(.trailing(file.count - next)) }
    return Contents(document: document, storages: storages)
  }
}

extension Torch.Contents {
  /// The view of its storage that a tensor is; its name serves errors.
  func elements(
    of tensor: TorchTensor, name: String
  ) throws(CheckpointFault) -> StoredElements {
    let storage = tensor.storage
    guard let bytes = storages[storage.key] else { throw .torch(.missingStorage(storage.key)) }
    let size = storage.type.size
    let (expected, overflow) = storage.count.multipliedReportingOverflow(by: size)
    guard !overflow, bytes.count == expected else {
      throw .torch(.storageSize(key: storage.key, expected: expected, found: bytes.count))
    }
    var region = bytes
    if let viewCount = storage.viewCount {
      // Both counts are below 2^62 once compared with the storage.
      guard storage.viewOffset <= storage.count, viewCount <= storage.count - storage.viewOffset,
        let view = bytes.region(
          storage.viewOffset * size..<(storage.viewOffset + viewCount) * size)
      else { throw .view(name: name, .outside(elements: storage.count)) }
      region = view
    }
    do {
      return try StoredElements(
        region, type: storage.type, dimensions: tensor.dimensions, offset: tensor.offset,
        strides: tensor.strides)
    } catch { throw .view(name: name, error) }
  }
}

extension PickleDocument {
  /// Every storage that is named.
  fileprivate var storages: [TorchStorage] {
    objects.compactMap { if case .storage(let storage) = $0 { storage } else { nil } }
  }

  /// The value of a key of the outermost dictionary.
  fileprivate func value(of key: String) -> PickleItem? {
    guard case .object(let place) = root, case .dictionary(let pairs) = objects[place] else {
      return nil
    }
    return pairs.first { pair in
      if case .object(let place) = pair.key { objects[place].string == key } else { false }
    }?.value
  }
}
