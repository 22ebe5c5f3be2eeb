using System.Globalization;
using Vitrine.DotNet.Methods;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Outside;

/// <summary>Names the frames of another process: managed methods by the runtime's own list, native functions by symbol, the rest by module and offset. Not thread-safe.</summary>
sealed class OutsideFrames(ProcessCode code, NativeCode native, MethodMap methods)
{
    const int Remembered = 1 << 18;

    readonly Dictionary<ulong, OutsideFrame> _known = [];

    /// <summary>The frame of an address, without the rule.</summary>
    public OutsideFrame Name(ulong address)
    {
        if (_known.TryGetValue(address, out var known))
            return known;
        if (_known.Count >= Remembered)
            _known.Clear();
        return _known[address] = Find(address);
    }

    OutsideFrame Find(ulong address)
    {
        if (methods.TryFind(address, out var method))
            return new(address, OutsideFrameKind.Managed, method.Name, method.RawName, method.Module, method.Token, method.File, method.Line, FrameRule.None);
        if (!native.TryFind(address, out var frame))
            return Of(OutsideFrameKind.Native, string.Create(CultureInfo.InvariantCulture, $"0x{address:x}"), "");
        if (frame.IsGenerated)
            return Of(OutsideFrameKind.Stub, "[runtime stub]", "");
        var module = Path.GetFileName(frame.Map.Path);
        var kind = code.Find(address) is { Kind: CodeKind.Image } ? OutsideFrameKind.Stub : OutsideFrameKind.Native;
        return Of(kind, frame.Name.Length > 0 ? frame.Name : string.Create(CultureInfo.InvariantCulture, $"{module}+0x{address - frame.Map.Start + frame.Map.Offset:x}"), module);

        OutsideFrame Of(OutsideFrameKind kind, string name, string inModule) => new(address, kind, name, name, inModule, 0, "", 0, FrameRule.None);
    }
}
