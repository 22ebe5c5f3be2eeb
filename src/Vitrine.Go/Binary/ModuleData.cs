namespace Vitrine.Go.Binary;

/// <summary>The runtime's <c>moduledata</c> of the main module: where its tables and sections lie. All link-time addresses; 0 when unknown.</summary>
public sealed class ModuleData
{
    /// <summary>Address of the structure itself (<c>runtime.firstmoduledata</c>).</summary>
    public ulong Address { get; init; }

    /// <summary>Start of the function table (<c>runtime.pcheader</c>).</summary>
    public ulong PcHeader { get; init; }

    /// <summary>Lowest function entry.</summary>
    public ulong MinPc { get; init; }

    /// <summary>End of the last function.</summary>
    public ulong MaxPc { get; init; }

    /// <summary>Base of the function table's offsets (<c>runtime.text</c>).</summary>
    public ulong Text { get; init; }

    /// <summary>End of the text (<c>runtime.etext</c>).</summary>
    public ulong EText { get; init; }

    /// <summary>Start of <c>.noptrdata</c>.</summary>
    public ulong NoPtrData { get; init; }

    /// <summary>End of <c>.noptrdata</c>.</summary>
    public ulong ENoPtrData { get; init; }

    /// <summary>Start of <c>.data</c>.</summary>
    public ulong Data { get; init; }

    /// <summary>End of <c>.data</c>.</summary>
    public ulong EData { get; init; }

    /// <summary>Start of <c>.bss</c>.</summary>
    public ulong Bss { get; init; }

    /// <summary>End of <c>.bss</c>.</summary>
    public ulong EBss { get; init; }

    /// <summary>Start of <c>.noptrbss</c>.</summary>
    public ulong NoPtrBss { get; init; }

    /// <summary>End of <c>.noptrbss</c>.</summary>
    public ulong ENoPtrBss { get; init; }

    /// <summary>End of the data segment as the runtime knows it (<c>runtime.end</c>).</summary>
    public ulong End { get; init; }

    /// <summary>Start of the type descriptors.</summary>
    public ulong Types { get; init; }

    /// <summary>End of the type descriptors.</summary>
    public ulong ETypes { get; init; }

    /// <summary>Start of read-only data.</summary>
    public ulong RoData { get; init; }

    /// <summary>Base of FUNCDATA offsets (<c>go:func.*</c>).</summary>
    public ulong GoFunc { get; init; }

    /// <summary>Text sections by the function table's offsets; more than one only in very large or specially linked programs.</summary>
    public IReadOnlyList<TextSection> TextSections { get; init; } = [];

    /// <summary>True when the positions behind <see cref="ENoPtrBss"/> were discovered by shape, because no known layout fits (an unknown Go version).</summary>
    public bool IsDiscovered { get; init; }
}
