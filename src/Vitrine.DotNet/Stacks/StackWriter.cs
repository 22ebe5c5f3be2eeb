using System.Diagnostics;
using System.Reflection;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Stacks;

/// <summary>Adds captured stacks to a profile: methods by readable name, with file and line from the portable PDB where there is one.</summary>
/// <remarks>
/// Managed code has no address that means something in another run, so a location's address is made up of facts that do: the module (a mapping with its file and version id), the method's
/// row in the module's metadata (bits 20 to 43), and the offset in its intermediate language (bits 0 to 19). Without a PDB that offset is what tells two places in a method apart.
/// </remarks>
sealed class StackWriter(ProfileBuilder builder)
{
    const int OffsetBits = 20, ModuleBits = 44;

    readonly Dictionary<CapturedFrame, int> _locations = [];
    readonly Dictionary<Module, (int Mapping, ulong Start)> _mappings = [];
    readonly Dictionary<MethodBase, bool> _hidden = [];

    /// <summary>The locations of a stack, leaf first, for <see cref="ProfileBuilder.AddSample"/>. Frames that the runtime hides from stack traces are left out.</summary>
    public int[] Locations(CapturedStack stack)
    {
        var locations = new List<int>(stack.Frames.Length);
        foreach (var frame in stack.Frames)
            if (!IsHidden(frame.Method))
                locations.Add(Location(frame));
        // A caller that skips more frames than there are still gets its value counted, as in Go.
        return locations.Count > 0 ? [.. locations] : [Named("(no stack: more frames were skipped than there are)")];
    }

    /// <summary>A frame that is no method, such as what an operation waits for.</summary>
    public int Named(string name) => builder.Location(-1, 0, [new Line(builder.Function(name), 0)]);

    /// <summary>The location of one frame.</summary>
    public int Location(CapturedFrame frame)
    {
        if (_locations.TryGetValue(frame, out var known)) return known;
        var source = SourceLines.Find(frame.Method, frame.IlOffset);
        var function = builder.Function(MethodNames.Readable(frame.Method), MethodNames.Raw(frame.Method), source?.File ?? "");
        var (mapping, start) = Mapping(frame.Method.Module);
        var address = start | (ulong)Row(frame.Method) << OffsetBits | (uint)Math.Clamp(frame.IlOffset, 0, (1 << OffsetBits) - 1);
        return _locations[frame] = builder.Location(mapping, address, [new Line(function, source?.Line ?? 0)]);
    }

    (int Mapping, ulong Start) Mapping(Module module)
    {
        if (_mappings.TryGetValue(module, out var known)) return known;
        var start = (ulong)(_mappings.Count + 1) << ModuleBits;
        // Everything that can be resolved has been: a viewer must not look for symbols in the file.
        const MappingSymbols Resolved = MappingSymbols.Functions | MappingSymbols.Filenames | MappingSymbols.LineNumbers;
        var mapping = builder.Mapping(start, start + (1UL << ModuleBits), 0, module.ScopeName, VersionId(module), Resolved);
        return _mappings[module] = (mapping, start);
    }

    static string VersionId(Module module)
    {
        try
        {
            return module.ModuleVersionId.ToString("N");
        }
        catch (InvalidOperationException)
        {
            return ""; // a module made at run time
        }
    }

    static int Row(MethodBase method)
    {
        try
        {
            return method.MetadataToken & 0xFF_FFFF;
        }
        catch (InvalidOperationException)
        {
            return 0; // a method made at run time
        }
    }

    bool IsHidden(MethodBase method)
    {
        if (_hidden.TryGetValue(method, out var known)) return known;
        return _hidden[method] = method.IsDefined(typeof(StackTraceHiddenAttribute), inherit: false)
            || method.DeclaringType?.IsDefined(typeof(StackTraceHiddenAttribute), inherit: false) == true;
    }
}
