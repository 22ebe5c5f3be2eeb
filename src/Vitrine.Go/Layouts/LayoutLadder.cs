using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Vitrine.Go.Binary;
using Vitrine.Linux.Binaries;

namespace Vitrine.Go.Layouts;

/// <summary>
/// Finds struct layouts of one binary, best source first: its own type descriptors, its DWARF, Vitrine's generated table. Descriptors come first because
/// every binary has them and they cannot be about another binary; the table comes last because it is about a toolchain, not about this program.
/// For the same reason the table is believed only when it agrees with the binary on the structs that both describe: a program built with a modified
/// runtime, or with an experiment, is not the toolchain's. Thread-safe; answers are kept.
/// </summary>
public sealed class LayoutLadder
{
    /// <summary>Structs that practically every binary describes and that change with every change of the runtime: the table must agree on them.</summary>
    static readonly string[] Sentinels =
        ["runtime.g", "runtime.m", "runtime.p", "runtime.sudog", "runtime.hchan", "runtime.mspan", "runtime.mcache", "runtime.pollDesc"];

    /// <summary>Most answers that are kept.</summary>
    const int MaxAnswers = 4_096;

    readonly ConcurrentDictionary<string, StructLayout?> answers = new();
    readonly Lazy<DwarfTypes?> dwarf;
    readonly Lazy<string?> tableProblem;

    /// <summary>Creates the ladder for a binary; <paramref name="table"/> is its lowest rung.</summary>
    public LayoutLadder(GoBinary binary, ILayoutTable? table = null)
    {
        ArgumentNullException.ThrowIfNull(binary);
        Binary = binary;
        Table = table;
        dwarf = new Lazy<DwarfTypes?>(OpenDwarf);
        tableProblem = new Lazy<string?>(CheckTable);
    }

    /// <summary>The binary whose structs are found.</summary>
    public GoBinary Binary { get; }

    /// <summary>The lowest rung; null when there is none.</summary>
    public ILayoutTable? Table { get; }

    /// <summary>Why the binary's DWARF could not be used; null when it could, or when there is none.</summary>
    public string? DwarfProblem { get; private set; }

    /// <summary>Why the table is not believed for this binary: the first struct they disagree on. Null when it is believed, or has nothing for this version.</summary>
    public string? TableProblem => tableProblem.Value;

    /// <summary>The layout of a struct, e.g. <c>runtime.g</c> or <c>net/http.Request</c>.</summary>
    /// <exception cref="GoBinaryException">No rung knows the struct; the message says what each one answered.</exception>
    public StructLayout Find(string name) => TryFind(name, out var layout) ? layout : throw new GoBinaryException(
        $"layout of {name} unknown: no type descriptor in {Binary.Elf.Name}, "
        + (Binary.Elf.HasDwarf ? DwarfProblem ?? "not in its DWARF" : "no DWARF")
        + (TableProblem is { } problem ? $", Vitrine's table for {Binary.Version} is about another runtime ({problem})" : $", not in Vitrine's table for {Binary.Version}")
        + (GoVersionWindow.Message(Binary.Version) is { } message ? $"; {message}" : ""));

    /// <summary>The layout of a struct; false when no rung knows it.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out StructLayout? layout)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!answers.TryGetValue(name, out layout))
        {
            layout = Climb(name);
            if (answers.Count < MaxAnswers)
                answers.TryAdd(name, layout);
        }
        return layout is not null;
    }

    /// <summary>
    /// Compares the sources that know the struct, field by field, and says where they disagree; empty when they agree or only one knows it.
    /// Fields that only one source names are not a disagreement: DWARF and the table leave out blank fields.
    /// </summary>
    public IReadOnlyList<string> CrossCheck(string name)
    {
        var known = new List<StructLayout>(3);
        if (Binary.Types.TryGetStruct(name, out var described))
            known.Add(described);
        if (TryDwarf(name, out var debug))
            known.Add(debug);
        if (TryTable(name, out var recorded))
            known.Add(recorded);

        var differences = new List<string>();
        foreach (var other in known.Skip(1))
            LayoutComparison.Compare(known[0], other, differences);
        return differences;
    }

    StructLayout? Climb(string name)
    {
        if (Binary.Types.TryGetStruct(name, out var layout))
            return layout;
        if (TryDwarf(name, out layout))
            return layout;
        return TryTable(name, out layout) && TableProblem is null ? layout : null;
    }

    bool TryTable(string name, [NotNullWhen(true)] out StructLayout? layout)
    {
        layout = null;
        return Table is not null && Table.TryGetStruct(Binary.Version, Binary.Architecture, name, out layout);
    }

    string? CheckTable()
    {
        var differences = new List<string>();
        foreach (var name in Sentinels)
        {
            if (TryTable(name, out var recorded) && Binary.Types.TryGetStruct(name, out var described))
                LayoutComparison.Compare(described, recorded, differences);
            if (differences.Count > 0)
                return differences[0];
        }
        return null;
    }

    bool TryDwarf(string name, [NotNullWhen(true)] out StructLayout? layout)
    {
        layout = null;
        try
        {
            return dwarf.Value is { } types && types.TryGetStruct(name, out var found) && DwarfLayout.TryConvert(types, found, out layout);
        }
        catch (BadBinaryException e)
        {
            DwarfProblem = e.Message;
            return false;
        }
    }

    DwarfTypes? OpenDwarf()
    {
        try
        {
            return Binary.Elf.HasDwarf ? DwarfTypes.TryOpen(Binary.Elf) : null;
        }
        catch (BadBinaryException e)
        {
            // Damaged debug information is no reason to give up: the other rungs do not need it.
            DwarfProblem = e.Message;
            return null;
        }
    }
}
