namespace Vitrine.DotNet.Methods;

/// <summary>One piece of compiled code, as the runtime's events describe it.</summary>
sealed class MethodCode(ulong start, uint size, uint token, uint flags, string type, string method, ulong moduleId, long at)
{
    public ulong Start { get; } = start;
    public uint Size { get; } = size;
    public uint Token { get; } = token;
    public string Tier { get; } = MethodTiers.Of(flags);
    public ulong ModuleId { get; } = moduleId;

    /// <summary>When the runtime said so, by its monotonic clock, which all sessions with it have in common: of two pieces of code in the same memory the one with the later word is there.</summary>
    public long At { get; } = at;

    /// <summary>Whether the runtime has thrown it away since. It keeps its names until other code takes its memory: stacks of before are full of it.</summary>
    public bool IsGone { get; private init; }

    /// <summary>The module; null for code made at run time, and for one that was not listed.</summary>
    public ModuleEntry? Module { get; private init; }

    /// <summary>Type by the runtime's name, with its type arguments: <c>System.Collections.Generic.List`1[System.__Canon]</c>.</summary>
    public string Type { get; } = type;

    public string Method { get; } = method;

    /// <summary>Which offset of the intermediate language each instruction comes from; null when the runtime does not say.</summary>
    public IlMap? Map { get; set; }

    /// <summary>The same code with its module.</summary>
    public MethodCode In(ModuleEntry? module, bool isGone = false) => new(Start, Size, Token, flags, Type, Method, ModuleId, At) { Module = module, Map = Map, IsGone = isGone || IsGone };

    public ulong End => Start + Size;

    /// <summary>The readable and the raw name, found when somebody asks.</summary>
    public MethodLabel? Names { get; set; }
}

/// <summary>A method's two names.</summary>
sealed record MethodLabel(string Readable, string Raw);
