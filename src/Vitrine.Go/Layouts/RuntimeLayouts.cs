using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Layouts;

/// <summary>
/// The generated tables: layouts of the runtime's structs and values of its constants for each tested Go version, recorded from the DWARF
/// of a program built with it. The lowest rung of the ladder, for structs that no type descriptor describes (<c>runtime.schedt</c>,
/// <c>runtime.mheap</c>, <c>runtime.mstats</c> …) in binaries without DWARF.
/// <para>
/// Patch releases of one minor version do not change them. A version without a table of its own that lies between two others is answered
/// when both of these agree; a version outside is not answered at all.
/// </para>
/// </summary>
public sealed class RuntimeLayouts : ILayoutTable
{
    const string Prefix = "Vitrine.Go.Layouts.Tables.go1.";

    readonly ConcurrentDictionary<(int, string), LayoutTable?> _tables = new();

    RuntimeLayouts()
    {
    }

    /// <summary>The tables that come with this assembly; each is parsed when first asked for.</summary>
    public static RuntimeLayouts Instance { get; } = new();

    /// <inheritdoc/>
    public bool TryGetStruct(GoVersion version, string architecture, string name, [NotNullWhen(true)] out StructLayout? layout)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(name);
        LayoutTable? table = TableFor(version, architecture, (below, above) => IsSame(below, above, name, 0));
        layout = table is not null && table.Structs.TryGetValue(name, out RecordedStruct? recorded) ? Layout(table, recorded) : null;
        return layout is not null;
    }

    /// <summary>Names of the structs that the table of this version and architecture has, in order; empty when there is no table of its own.</summary>
    public IEnumerable<string> StructNames(GoVersion version, string architecture)
    {
        ArgumentNullException.ThrowIfNull(version);
        return version.Major == 1 && Table(version.Minor, architecture) is { } table ? table.Structs.Keys.Order(StringComparer.Ordinal) : [];
    }

    /// <summary>Finds the value of an integer constant, e.g. <c>runtime._PageSize</c>; false when the version has no table or no such constant.</summary>
    public bool TryGetConstant(GoVersion version, string architecture, string name, out long value)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(name);
        LayoutTable? table = TableFor(version, architecture, (below, above) =>
            below.Constants.TryGetValue(name, out RecordedConstant left) && above.Constants.TryGetValue(name, out RecordedConstant right) && left.Value == right.Value);
        RecordedConstant constant = default;
        bool found = table is not null && table.Constants.TryGetValue(name, out constant);
        value = constant.Value;
        return found;
    }

    /// <summary>The line of Go's source that declares a struct or constant of the tables, as a link; null when it is not known.</summary>
    public string? SourceLink(GoVersion version, string architecture, string name)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(name);
        if (version.Major != 1 || Table(version.Minor, architecture) is not { } table) return null;
        string source = table.Structs.TryGetValue(name, out RecordedStruct? recorded) ? recorded.Source
            : table.Constants.TryGetValue(name, out RecordedConstant constant) ? constant.Source : "";
        return source.Length == 0 ? null : table.SourceRoot + source;
    }

    /// <summary>The table of Go 1.<paramref name="minor"/>; null when there is none.</summary>
    internal LayoutTable? Table(int minor, string architecture) => _tables.GetOrAdd((minor, architecture), key =>
    {
        using Stream? stream = typeof(RuntimeLayouts).Assembly.GetManifestResourceStream(
            string.Create(CultureInfo.InvariantCulture, $"{Prefix}{key.Item1}-{key.Item2}.layouts.txt"));
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return LayoutTableText.Read(reader, Table);
    });

    LayoutTable? TableFor(GoVersion version, string architecture, Func<LayoutTable, LayoutTable, bool> neighboursAgree)
    {
        if (version.Major != 1) return null;
        if (Table(version.Minor, architecture) is { } own) return own;
        return Table(version.Minor - 1, architecture) is { } below && Table(version.Minor + 1, architecture) is { } above && neighboursAgree(below, above) ? below : null;
    }

    static StructLayout Layout(LayoutTable table, RecordedStruct recorded) => new(recorded.Name, recorded.Size, LayoutSource.Table, recorded.Fields,
        field => table.Structs.TryGetValue(ElementName(field.TypeName), out RecordedStruct? nested) ? Layout(table, nested) : null);

    static bool IsSame(LayoutTable below, LayoutTable above, string name, int depth) =>
        depth < 16 && below.Structs.TryGetValue(name, out RecordedStruct? left) && above.Structs.TryGetValue(name, out RecordedStruct? right)
        && left.Size == right.Size && left.Fields.SequenceEqual(right.Fields)
        && left.Fields.All(field => !below.Structs.ContainsKey(ElementName(field.TypeName)) || IsSame(below, above, ElementName(field.TypeName), depth + 1));

    /// <summary>The name without array bounds: <c>[136]runtime.x</c> → <c>runtime.x</c>. A slice (<c>[]runtime.x</c>) keeps its brackets: its elements are elsewhere.</summary>
    static string ElementName(string typeName)
    {
        while (typeName.Length > 2 && typeName[0] == '[' && typeName[1] != ']' && typeName.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
            typeName = typeName[(end + 1)..];
        return typeName;
    }
}
