namespace Vitrine.Go.Binary;

/// <summary>
/// Translates between the 32-bit offsets of the function table and addresses. One text section: an addition. Several (a linker splits
/// large text on some architectures): a lookup, as in <c>moduledata.textAddr</c> and <c>textOff</c>,
/// https://github.com/golang/go/blob/go1.26.0/src/runtime/symtab.go.
/// </summary>
sealed class TextMap
{
    readonly ulong text;
    readonly TextSection[] sections;

    public TextMap(ulong text, IReadOnlyList<TextSection>? sections = null)
    {
        this.text = text;
        this.sections = sections is { Count: > 1 } ? [.. sections] : [];
    }

    public ulong Address(uint offset)
    {
        for (var i = 0; i < sections.Length; i++)
        {
            ref readonly var section = ref sections[i];
            if ((offset >= section.Start && offset < section.End) || (i == sections.Length - 1 && offset == section.End))
                return unchecked(section.Address + (offset - section.Start));
        }
        return unchecked(text + offset);
    }

    public bool TryOffset(ulong pc, out uint offset)
    {
        offset = 0;
        if (sections.Length == 0)
        {
            if (pc < text || pc - text > uint.MaxValue)
                return false;
            offset = (uint)(pc - text);
            return true;
        }
        for (var i = 0; i < sections.Length; i++)
        {
            ref readonly var section = ref sections[i];
            if (section.Address > pc)
                return false;
            if (pc - section.Address < section.End - section.Start + (i == sections.Length - 1 ? 1u : 0u))
            {
                var value = pc - section.Address + section.Start;
                offset = (uint)value;
                return value <= uint.MaxValue;
            }
        }
        return false;
    }
}
