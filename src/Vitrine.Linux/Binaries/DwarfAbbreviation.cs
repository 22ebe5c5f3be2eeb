namespace Vitrine.Linux.Binaries;

/// <summary>The shape of the entries with one abbreviation code.</summary>
/// <param name="Tag">Kind of entry.</param>
/// <param name="HasChildren">True when entries below it follow.</param>
/// <param name="Attributes">Attribute, form, and the value of DW_FORM_implicit_const.</param>
internal sealed record DwarfAbbreviation(DwarfTag Tag, bool HasChildren, (ushort Attribute, DwarfForm Form, long Implicit)[] Attributes)
{
    /// <summary>Parses the table at an offset of .debug_abbrev. The work is taken from the budget, because many units may name one long table.</summary>
    public static Dictionary<ulong, DwarfAbbreviation> ParseTable(ReadOnlySpan<byte> section, ulong offset, Limits limits, string name, ref long budget)
    {
        if (offset >= (ulong)section.Length)
            throw new BadBinaryException($"{name}: abbreviation table at offset 0x{offset:x} behind the end of .debug_abbrev.");
        var reader = new DwarfReader(section, (int)offset, section.Length, name);
        var table = new Dictionary<ulong, DwarfAbbreviation>();
        var attributes = new List<(ushort, DwarfForm, long)>();
        while (reader.Uleb() is var code and not 0)
        {
            if (table.Count == limits.MaxDwarfAbbreviations)
                throw new BadBinaryException($"{name}: an abbreviation table with more than {limits.MaxDwarfAbbreviations} entries (Limits.MaxDwarfAbbreviations).");
            var tag = (DwarfTag)Math.Min(reader.Uleb(), ushort.MaxValue);
            var children = reader.Byte() != 0;
            attributes.Clear();
            while (true)
            {
                var attribute = reader.Uleb();
                var form = reader.Uleb();
                if (--budget < 0)
                    throw new BadBinaryException($"{name}: the debug information takes more work than Limits.MaxDwarfEntries ({limits.MaxDwarfEntries}) allows.");
                if (attribute == 0 && form == 0)
                    break;
                var value = (DwarfForm)form == DwarfForm.ImplicitConst ? reader.Sleb() : 0;
                if (attributes.Count == 1024)
                    throw reader.Bad("an abbreviation with more than 1024 attributes");
                attributes.Add(((ushort)Math.Min(attribute, ushort.MaxValue), (DwarfForm)Math.Min(form, ushort.MaxValue), value));
            }
            table.TryAdd(code, new DwarfAbbreviation(tag, children, [.. attributes]));
        }
        return table;
    }
}
