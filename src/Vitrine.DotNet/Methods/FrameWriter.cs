using Vitrine.Linux.Kernel;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Methods;

/// <summary>
/// The one way from instruction addresses to the locations of a profile: managed methods with file and line, native functions by symbol or, without one, by library; the kernel's functions by name.
/// Each address is looked up once. Not safe for several threads.
/// </summary>
/// <remarks>
/// The address of a managed location is not the one in memory, which means nothing in another run: it is made up of the module (a mapping with its path and version id), the method's row in the module's
/// metadata (bits 20 to 43) and the offset in its intermediate language (bits 0 to 19), so that profiles of several runs can be merged and compared. Modules begin above the 48 bits that a process can
/// address. Native locations keep their addresses and mappings, so that a viewer with symbols can name what is left.
/// </remarks>
/// <param name="builder">Gets the locations.</param>
/// <param name="methods">The managed methods.</param>
/// <param name="native">The native code; null when there is none in the stacks, as in those of the runtime's events.</param>
/// <param name="kernel">The kernel's functions; null when there are none in the stacks.</param>
public sealed class FrameWriter(ProfileBuilder builder, MethodMap methods, NativeCode? native = null, KernelSymbols? kernel = null)
{
    const int OffsetBits = 20, ModuleBits = 44;
    const ulong FirstModule = 1ul << 48, Kernel = 0xffff_8000_0000_0000;
    const MappingSymbols Resolved = MappingSymbols.Functions | MappingSymbols.Filenames | MappingSymbols.LineNumbers;

    readonly Dictionary<(ulong Address, bool IsReturn), int> _locations = [];
    readonly Dictionary<(string Path, Guid Version), (int Mapping, ulong Start)> _modules = [];

    /// <summary>The locations of a stack, leaf first, for <see cref="ProfileBuilder.AddSample"/>.</summary>
    /// <param name="stack">Addresses, leaf first; all but the first are return addresses.</param>
    /// <param name="isFirstExact">Whether the first is the address of the running instruction, as in samples of a processor; in the stacks of events it is a return address too.</param>
    public int[] Locations(ReadOnlySpan<ulong> stack, bool isFirstExact = false)
    {
        var locations = new int[stack.Length];
        for (var i = 0; i < stack.Length; i++)
            locations[i] = Location(stack[i], isReturnAddress: i > 0 || !isFirstExact);
        return locations;
    }

    /// <summary>The location of one address.</summary>
    public int Location(ulong address, bool isReturnAddress)
    {
        if (_locations.TryGetValue((address, isReturnAddress), out var known)) return known;
        var location =
            address >= Kernel ? KernelLocation(address)
            : methods.TryFind(address, out var method, isReturnAddress) ? Managed(method)
            : NativeLocation(isReturnAddress && address > 0 ? address - 1 : address);
        return _locations[(address, isReturnAddress)] = location;
    }

    /// <summary>A frame that is no address, such as what is known to be missing.</summary>
    public int Named(string name) => builder.Location(-1, 0, [new Line(builder.Function(name), 0)]);

    int Managed(in MethodFrame method)
    {
        var function = builder.Function(method.Name, method.RawName, method.File);
        var line = new Line(function, method.Line);
        // Methods made at run time have no row: each would be the same place.
        if (method.IsDynamic) return builder.Location(-1, 0, [line]);
        var (mapping, start) = Module(method);
        var address = start | (ulong)(method.Token & 0xff_ffff) << OffsetBits | (uint)Math.Clamp(method.IlOffset, 0, (1 << OffsetBits) - 1);
        return builder.Location(mapping, address, [line]);
    }

    (int Mapping, ulong Start) Module(in MethodFrame method)
    {
        if (_modules.TryGetValue((method.ModulePath, method.ModuleVersionId), out var known)) return known;
        var start = FirstModule + ((ulong)_modules.Count << ModuleBits);
        var version = method.ModuleVersionId == Guid.Empty ? "" : method.ModuleVersionId.ToString("N");
        return _modules[(method.ModulePath, method.ModuleVersionId)] = (builder.Mapping(start, start + (1ul << ModuleBits), 0, method.ModulePath, version, Resolved), start);
    }

    int KernelLocation(ulong address)
    {
        var mapping = builder.Mapping(Kernel, ulong.MaxValue, 0, "[kernel.kallsyms]", "", kernel is null ? MappingSymbols.None : MappingSymbols.Functions);
        return kernel?.Find(address) is { } name ? builder.Location(mapping, address, [new Line(builder.Function(name), 0)]) : builder.Location(mapping, address, []);
    }

    int NativeLocation(ulong address)
    {
        if (native is null || !native.TryFind(address, out var frame)) return Named("(code that is not known)");
        // Stubs that the runtime makes between methods: they have no name, and differ in each run.
        if (frame.IsGenerated) return Named("(runtime stub)");
        var mapping = builder.Mapping(frame.Map.Start, frame.Map.End, frame.Map.Offset, frame.Map.Path, frame.BuildId);
        return frame.Name.Length > 0 ? builder.Location(mapping, address, [new Line(builder.Function(frame.Name, frame.Name), 0)]) : builder.Location(mapping, address, []);
    }
}
