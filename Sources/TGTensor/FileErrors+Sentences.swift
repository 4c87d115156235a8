/// What the faults of files and arrays say to a person.
extension MappedFileError: CustomStringConvertible {
  /// One sentence without the path.
  package var description: String {
    switch self {
    case .cannotOpen(_, let reason): "cannot be opened: \(reason)"
    case .notARegularFile: "is a folder, a device or a pipe where a file was expected"
    case .cannotMap(_, let reason): "cannot be read: \(reason)"
    }
  }
}

extension NumpyError: CustomStringConvertible {
  /// One sentence without the path.
  package var description: String {
    switch self {
    case .unreadable(let fault): "\(fault)"
    case .notNumpy: "this is no .npy file"
    case .truncated: "the .npy file is shorter than its head says; it may be cut off"
    case .trailing(let count): "\(count) bytes follow the array"
    case .version(let major, let minor): "version \(major).\(minor) of the .npy format is not known"
    case .header(let how): "the head of the .npy file \(how)"
    case .type(let name, _):
      "elements of type '\(name)'\(NumpyArray.numbers(named: name).map { " (\($0))" } ?? "") are "
        + "not read; save the array as float32 or int64"
    case .view(let fault): "the array \(fault)"
    }
  }
}

extension StoredElements.ViewFault: CustomStringConvertible {
  /// A sentence that lacks its subject, the tensor.
  package var description: String {
    switch self {
    case .rank(let rank): "has \(rank) axes or more; 64 is the limit"
    case .extents(let dimensions): "has the impossible shape \(dimensions)"
    case .strideCount(let axes, let strides): "has \(axes) axes and \(strides) strides"
    case .negative: "has a negative offset or stride"
    case .outside(let elements): "reaches outside its data of \(elements) elements"
    case .expanded(let elements):
      "repeats few elements (an expanded view) until they are \(elements); save it contiguous"
    }
  }
}
