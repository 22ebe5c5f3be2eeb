using Vitrine.Linux.Binaries;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Methods;

/// <summary>What native code an address of a process lies in: the mapping, the file's build, the function where the file names it. Linux only. Not safe for several threads.</summary>
/// <remarks>The files are opened when an address in them is first asked for. The runtime's own libraries come without symbols: then the library is all that is known.</remarks>
public sealed class NativeCode
{
    // Functions of one file; a hostile file has no more.
    const int MostFunctions = 2_000_000;

    const byte FunctionSymbol = 2, IndirectFunctionSymbol = 10;

    readonly LinuxProcess _process;
    readonly Dictionary<(string Path, ulong Inode), Image> _images = [];
    MemoryMap[] _maps = [];

    NativeCode(LinuxProcess process)
    {
        _process = process;
        Refresh();
    }

    /// <summary>The code of a process.</summary>
    /// <exception cref="TargetGoneException">It has ended.</exception>
    /// <exception cref="AccessDeniedException">The kernel refuses.</exception>
    public static NativeCode Of(LinuxProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        return new(process);
    }

    /// <summary>The code of a process, or null where there is no way to it: another system than Linux, a process that ended, no privilege.</summary>
    public static NativeCode? TryOf(int pid)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            return Of(LinuxProcess.Open(pid));
        }
        catch (Exception e) when (e is TargetGoneException or AccessDeniedException or IOException)
        {
            return null;
        }
    }

    /// <summary>Lists the mappings again: libraries are loaded while a process runs.</summary>
    public void Refresh() => _maps = [.. _process.Maps().Where(static map => (map.Permissions & MapPermissions.Execute) != 0).OrderBy(static map => map.Start)];

    /// <summary>The executable mapping that holds an address, and what is known of the place.</summary>
    /// <param name="address">The address of an instruction.</param>
    /// <param name="frame">What is known.</param>
    /// <returns>False when no executable mapping holds it.</returns>
    public bool TryFind(ulong address, out NativeFrame frame)
    {
        frame = default;
        int low = 0, high = _maps.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (address < _maps[middle].Start)
            {
                high = middle - 1;
            }
            else if (address >= _maps[middle].End)
            {
                low = middle + 1;
            }
            else
            {
                frame = Describe(address, _maps[middle]);
                return true;
            }
        }
        return false;
    }

    NativeFrame Describe(ulong address, MemoryMap map)
    {
        // Code that the runtime makes is in memory without a file, or in a memory file that it maps twice.
        if (map.Inode == 0 || !map.Path.StartsWith('/') || map.Path.StartsWith("/memfd:", StringComparison.Ordinal))
            return new("", map, "", IsGenerated: map.Path != "[vdso]");
        if (!_images.TryGetValue((map.Path, map.Inode), out var image)) _images.Add((map.Path, map.Inode), image = Image.Read(_process, map.Path));
        return new(image.NameOf(address - map.Start + map.Offset), map, image.BuildId, IsGenerated: false);
    }

    /// <summary>What is kept of a file.</summary>
    sealed class Image
    {
        const uint Executable = 1;

        static readonly Image s_unknown = new();

        ulong[] _starts = [];
        (ulong Size, string Name)[] _functions = [];
        (ulong Offset, ulong Size, ulong Address)[] _segments = [];

        public string BuildId { get; private init; } = "";

        public static Image Read(LinuxProcess process, string path)
        {
            try
            {
                if (process.TryOpenFile(path) is not { } file) return s_unknown;
                using var elf = ElfFile.Open(file, path);
                var functions = elf.Symbols
                    .Where(static symbol => symbol.IsDefined && symbol.Size > 0 && symbol.Type is FunctionSymbol or IndirectFunctionSymbol && symbol.Name.Length > 0)
                    .Take(MostFunctions).OrderBy(static symbol => symbol.Address).ToArray();
                return new()
                {
                    BuildId = elf.BuildId ?? "",
                    _starts = [.. functions.Select(static one => one.Address)],
                    _functions = [.. functions.Select(static one => (one.Size, one.Name))],
                    _segments = [.. elf.Segments.Where(static one => one.Type == ElfSegment.Load && (one.Flags & Executable) != 0).Select(static one => (one.Offset, one.FileSize, one.Address))],
                };
            }
            catch (Exception e) when (e is BadBinaryException or IOException or UnauthorizedAccessException)
            {
                return s_unknown; // a module of .NET's own format, or a file that is gone
            }
        }

        /// <summary>The function at an offset of the file; empty when no symbol covers it.</summary>
        public string NameOf(ulong offset)
        {
            foreach (var segment in _segments)
            {
                if (offset < segment.Offset || offset - segment.Offset >= segment.Size) continue;
                var address = offset - segment.Offset + segment.Address;
                var at = Array.BinarySearch(_starts, address);
                if (at < 0) at = ~at - 1;
                // Without this check all of a stripped library would be the last function that it exports.
                return at >= 0 && address - _starts[at] < _functions[at].Size ? _functions[at].Name : "";
            }
            return "";
        }
    }
}

/// <summary>A place in native code.</summary>
/// <param name="Name">The function by the file's symbols; empty when no symbol covers the address.</param>
/// <param name="Map">The mapping. Its path is untrusted text.</param>
/// <param name="BuildId">The file's build id; empty when it has none.</param>
/// <param name="IsGenerated">Whether the code was made at run time and has no file.</param>
public readonly record struct NativeFrame(string Name, MemoryMap Map, string BuildId, bool IsGenerated);
