import TGTensor

/// A name of Python that a pickle speaks of, and what it means to us. Nothing is ever imported.
struct PickleName: Hashable, Sendable {
  /// The whole name, `module.name`.
  let full: String
  /// What it stands for.
  let meaning: Meaning

  /// What a name may stand for.
  enum Meaning: Hashable, Sendable {
    case orderedDictionary, defaultDictionary
    case set, bytearray, complex
    case getattr
    /// The functions that make tensors, by their last name.
    case tensor(TensorMaker)
    /// `torch.Tensor` and its kind, whose values get their storage as a state.
    case tensorClass
    case parameter
    case storage(TorchType)
    case loadFromBytes
    /// `_reconstruct_persistent_obj`, by which NVIDIA's networks are saved with their source text.
    case persistent
    case dtype(String)
    case size
    case numpyReconstruct, numpyScalar, numpyFromBuffer, numpyDtype, numpyArray
    /// How dill writes arrays: the function that makes one, its arguments, and the state.
    case dillArray
    /// `_codecs.encode`, by which Python 3 writes bytes in old protocols.
    case encode
    /// Anything else: a class or a function whose values stay closed.
    case opaque
  }

  /// The functions of torch that make tensors.
  enum TensorMaker: String, Hashable, Sendable {
    case v1 = "_rebuild_tensor"
    case v2 = "_rebuild_tensor_v2"
    case v3 = "_rebuild_tensor_v3"
    case parameter = "_rebuild_parameter"
    case parameterWithState = "_rebuild_parameter_with_state"
    case fromType = "_rebuild_from_type"
    case fromTypeV2 = "_rebuild_from_type_v2"
    case sparse = "_rebuild_sparse_tensor"
    case quantised = "_rebuild_qtensor"
    case meta = "_rebuild_meta_tensor_no_storage"
    case nested = "_rebuild_nested_tensor"
    case wrapper = "_rebuild_wrapper_subclass"
    case fromNumpy = "_rebuild_device_tensor_from_numpy"
    case fromTensor = "_rebuild_device_tensor_from_cpu_tensor"
    case xla = "_rebuild_xla_tensor"
    /// One that we do not know.
    case unknown
  }

  /// Looks a name up.
  ///
  /// - Throws: `PickleFault.refused` for names by which attacks are known.
  init(module: String, name: String) throws(PickleFault) {
    full = "\(module).\(name)"
    guard full.utf8.count <= 1024 else { throw .literal("name") }
    let current = Self.renamed[module] ?? module
    if let known = Self.known["\(current).\(name)"] {
      meaning = known
      return
    }
    guard !Self.isAttack(module: current, name: name) || Self.isDill(current, name) else {
      throw .refused(full)
    }
    guard !current.hasPrefix("joblib.numpy_pickle") else { throw .joblib }
    meaning = Self.torch(current, name) ?? .opaque
  }

  /// Storages, types and makers of torch.
  private static func torch(_ module: String, _ name: String) -> Meaning? {
    if module == "torch._utils" || module == "torch._tensor", name.hasPrefix("_rebuild_") {
      return .tensor(TensorMaker(rawValue: name) ?? .unknown)
    }
    let parts = module.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.first == "torch", parts.count <= 2 else { return nil }
    if name.hasSuffix("Storage") {
      let type = String(name.dropLast(7))
      if module == "torch" || module == "torch.storage" || devices.contains(String(parts[1])) {
        return .storage(TorchType(storage: type))
      }
    }
    guard module == "torch" else { return nil }
    if name.hasSuffix("Tensor") { return .tensorClass }
    return TorchType(name: name).map { .dtype($0.name) }
  }

  private static let devices: Set = ["cuda", "xpu", "mps", "hpu", "npu"]

  /// Modules under their names in Python 3.
  private static let renamed = [
    "__builtin__": "builtins", "copy_reg": "copyreg", "cPickle": "pickle", "commands": "subprocess",
  ]

  private static let known: [String: Meaning] = [
    "collections.OrderedDict": .orderedDictionary,
    "collections.defaultdict": .defaultDictionary,
    "builtins.set": .set, "builtins.frozenset": .set, "builtins.bytearray": .bytearray,
    "builtins.complex": .complex, "builtins.getattr": .getattr,
    "torch.nn.parameter.Parameter": .parameter, "torch.nn.Parameter": .parameter,
    "torch.nn.parameter.Buffer": .parameter, "torch._tensor.Tensor": .tensorClass,
    "torch.storage._load_from_bytes": .loadFromBytes,
    "torch.Size": .size,
    "torch_utils.persistence._reconstruct_persistent_obj": .persistent,
    "dnnlib.util.EasyDict": .defaultDictionary,
    "numpy.core.multiarray._reconstruct": .numpyReconstruct,
    "numpy._core.multiarray._reconstruct": .numpyReconstruct,
    "numpy.core.multiarray.scalar": .numpyScalar,
    "numpy._core.multiarray.scalar": .numpyScalar,
    "numpy.core.numeric._frombuffer": .numpyFromBuffer,
    "numpy._core.numeric._frombuffer": .numpyFromBuffer,
    "dill._dill._create_array": .dillArray,
    "numpy.dtype": .numpyDtype,
    "numpy.ndarray": .numpyArray, "numpy.memmap": .numpyArray, "numpy.matrix": .numpyArray,
    "numpy.core.memmap.memmap": .numpyArray, "numpy.matrixlib.defmatrix.matrix": .numpyArray,
    "_codecs.encode": .encode,
    "torch._C.Generator": .opaque,
  ]
}

// MARK: Attacks

extension PickleName {
  /// True for names that no file of numbers and notes has a reason to speak of: what runs code, opens
  /// files or speaks to the net. They are not called either way; the file is not to be trusted.
  private static func isAttack(module: String, name: String) -> Bool {
    let path = "\(module).\(name)"
    let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if module == "builtins" {
      return !harmless.contains(name) && !exceptions.contains { name.hasSuffix($0) }
    }
    return parts.first.map(modules.contains) ?? true
      || parts.contains(where: anywhere.contains)
      || prefixes.contains { path == $0 || path.hasPrefix($0 + ".") }
  }

  /// True for the functions by which dill writes down classes, functions and cells. They are never
  /// called; `_eval_repr` would run a text.
  private static func isDill(_ module: String, _ name: String) -> Bool {
    module == "dill._dill" && name.hasPrefix("_") && name != "_eval_repr"
      || module == "builtins" && name == "__main__"
  }

  /// What of Python's own names describes values.
  private static let harmless: Set = [
    "list", "dict", "tuple", "int", "float", "str", "bytes", "bool", "object", "slice", "range",
    "xrange", "unicode", "long", "type", "Ellipsis", "NotImplemented", "NoneType", "None",
    "enumerate", "zip", "map", "reversed", "property", "len", "abs", "min", "max", "sum", "round",
    "print", "setattr", "sorted", "any", "all", "iter", "next",
  ]

  /// How Python's own classes of errors end.
  private static let exceptions = ["Error", "Exception", "Warning", "Interrupt", "Iteration"]

  /// First parts of names: modules that act on the machine.
  private static let modules: Set = [
    "os", "posix", "nt", "sys", "subprocess", "socket", "socketserver", "pickle", "_pickle",
    "operator", "_operator", "runpy", "pip", "importlib", "shutil", "pty", "ctypes", "_ctypes",
    "cffi", "webbrowser", "code", "codeop", "timeit", "cProfile", "profile", "pdb", "bdb", "Bdb",
    "asyncio", "multiprocessing", "_thread", "marshal", "imp", "zipimport", "pkgutil", "pydoc",
    "venv", "ensurepip", "distutils", "setuptools", "doctest", "popen2", "platform", "http",
    "httplib", "urllib", "urllib2", "urllib3", "requests", "aiohttp", "httpx", "ftplib", "smtplib",
    "telnetlib", "xmlrpc", "ssl", "shelve", "dbm", "dill", "cloudpickle", "gc", "site", "idlelib",
    "lib2to3", "tempfile", "zipfile", "tarfile", "sqlite3", "concurrent", "sched", "trace",
    "linecache", "nturl2path", "paramiko", "_posixsubprocess", "_winapi", "winreg", "msvcrt",
  ]

  /// Parts that make any name one of these.
  private static let anywhere: Set = [
    "builtins", "__builtin__", "__builtins__", "os", "posix", "nt", "sys", "subprocess",
    "__import__", "__globals__", "__subclasses__", "__class__", "__bases__", "__mro__",
    "__getattribute__", "__dict__", "__code__", "__loader__", "__spec__", "eval", "exec",
    "execfile",
  ]

  /// Names of libraries, and all below them, that read files, run programs or build some.
  private static let prefixes = [
    "torch.load", "torch.serialization.load", "torch.hub", "torch._inductor", "torch._dynamo",
    "torch.utils.cpp_extension", "torch.utils.model_zoo", "torch.package", "torch.ops",
    "torch.classes", "torch.jit.load", "torch.distributed.rpc", "torch.multiprocessing",
    "torch.utils.collect_env", "torch.fx", "torch.export.load", "torch._C",
    "numpy.load", "numpy.loads", "numpy.testing", "numpy.f2py", "numpy.distutils",
    "numpy.ctypeslib", "numpy.fromfile", "numpy.save", "numpy.lib.npyio", "numpy.loadtxt",
    "pandas.read_pickle", "pandas.io", "types.FunctionType", "types.CodeType",
    "types.LambdaType", "io.open", "io.open_code", "io.FileIO", "_io.open", "_io.FileIO",
    "codecs.open", "logging.config", "joblib.load", "tensorflow.io", "keras.models.load_model",
    "inspect.getattr_static", "threading.Thread", "threading.Timer", "signal.signal",
    "copyreg.add_extension", "copyreg.pickle", "functools.reduce", "xml.sax", "turtle.exec",
  ]
}
