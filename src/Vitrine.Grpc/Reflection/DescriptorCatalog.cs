using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Vitrine.Grpc.Reflection;

/// <summary>The files behind a set of services, with everything that they import, by file name and by the names declared in them.</summary>
sealed class DescriptorCatalog
{
    readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    readonly HashSet<string> _messages = new(StringComparer.Ordinal);

    public DescriptorCatalog(IEnumerable<ServiceDescriptor> services)
    {
        foreach (var service in services)
        {
            Services.Add(service.FullName);
            Add(service.File);
        }
    }

    /// <summary>Full names, sorted.</summary>
    public SortedSet<string> Services { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether there is a message of this full name.</summary>
    public bool HasMessage(string name) => _messages.Contains(name);

    /// <summary>A file and what it imports, the file first; null when there is none of this name.</summary>
    public IReadOnlyList<ByteString>? File(string name) => _files.TryGetValue(name, out var file) ? WithImports(file) : null;

    /// <summary>The file that declares a full name, and what it imports; null when nothing here has this name.</summary>
    public IReadOnlyList<ByteString>? FileOf(string symbol) => _symbols.TryGetValue(symbol, out var file) ? WithImports(file) : null;

    void Add(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file)) return;
        foreach (var imported in file.Dependencies) Add(imported);
        foreach (var message in file.MessageTypes) Add(message);
        foreach (var one in file.EnumTypes) Add(one);
        foreach (var service in file.Services)
        {
            _symbols.TryAdd(service.FullName, file);
            foreach (var method in service.Methods) _symbols.TryAdd(method.FullName, file);
        }
    }

    void Add(MessageDescriptor message)
    {
        _messages.Add(message.FullName);
        _symbols.TryAdd(message.FullName, message.File);
        foreach (var field in message.Fields.InDeclarationOrder()) _symbols.TryAdd(field.FullName, message.File);
        foreach (var choice in message.Oneofs) _symbols.TryAdd(choice.FullName, message.File);
        foreach (var nested in message.NestedTypes) Add(nested);
        foreach (var nested in message.EnumTypes) Add(nested);
    }

    void Add(EnumDescriptor one)
    {
        _symbols.TryAdd(one.FullName, one.File);
        foreach (var value in one.Values) _symbols.TryAdd(value.FullName, one.File);
    }

    static List<ByteString> WithImports(FileDescriptor file)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var files = new List<ByteString>();
        Visit(file);
        return files;

        void Visit(FileDescriptor one)
        {
            if (!seen.Add(one.Name)) return;
            files.Add(one.SerializedData);
            foreach (var imported in one.Dependencies) Visit(imported);
        }
    }
}
