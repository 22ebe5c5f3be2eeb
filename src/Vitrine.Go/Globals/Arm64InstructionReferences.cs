using System.Buffers.Binary;

namespace Vitrine.Go.Globals;

/// <summary>
/// arm64: an ADRP that loads a page, followed by the instruction that adds the rest of the address or loads or stores there. Go's
/// assembler emits the two side by side, so nothing between them has to be followed.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/cmd/internal/obj/arm64/asm7.go (the address forms of C_ADDR and C_VCONADDR);
/// encodings: Arm Architecture Reference Manual, "ADRP", "ADD (immediate)", "Load/store register (unsigned immediate)".
/// </summary>
sealed class Arm64InstructionReferences : IInstructionReferences
{
    const int WordBytes = 4;
    const ulong PageMask = 0xfff;

    /// <inheritdoc/>
    public string? Unsupported => null;

    /// <inheritdoc/>
    public void Collect(ReadOnlyMemory<byte> code, ulong address, IAnchorImage image, List<DataReference> into)
    {
        ReadOnlySpan<byte> bytes = code.Span;
        for (int at = 0; at + (2 * WordBytes) <= bytes.Length && into.Count < AnchorLimits.MaxReferences; at += WordBytes)
        {
            uint first = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
            if (!TryPage(first, address + (ulong)at, out ulong page)) continue;
            uint second = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + WordBytes)..]);
            uint pageRegister = first & 31;
            if (((second >> 5) & 31) != pageRegister || !TryUse(second, out uint offset, out AccessKind kind, out byte width)) continue;
            if (image.AreaOf(page + offset) is { } area) into.Add(new(page + offset, kind, width, area));
        }
    }

    static bool TryPage(uint word, ulong at, out ulong page)
    {
        // ADRP: 1 immlo(2) 10000 immhi(19) Rd(5); the immediate counts pages from the instruction's own.
        long pages = (((long)(word >> 5) & 0x7ffff) << 2) | ((word >> 29) & 3);
        pages = (pages << 43) >> 43;
        page = (at & ~PageMask) + (ulong)(pages << 12);
        return (word & 0x9f000000) == 0x90000000;
    }

    static bool TryUse(uint word, out uint offset, out AccessKind kind, out byte width)
    {
        uint immediate = (word >> 10) & 0xfff;
        (offset, kind, width) = (immediate, AccessKind.Address, 0);
        if ((word & 0xffc00000) == 0x91000000) return true; // ADD Xd, Xn, #immediate

        // Load/store register, unsigned immediate: size(2) 111 V 01 opc(2) imm12 Rn Rt.
        if ((word & 0x3b000000) != 0x39000000) return false;
        uint size = word >> 30;
        uint operation = (word >> 22) & 3;
        bool isVector = (word & (1 << 26)) != 0;
        if (isVector && operation >= 2)
        {
            if (size != 0) return false;
            size = 4; // 128 bits
        }
        else if (!isVector && size == 3 && operation >= 2)
        {
            return false; // PRFM, a hint, and an unallocated form
        }
        bool isStore = isVector ? (operation & 1) == 0 : operation == 0;
        (offset, kind, width) = (immediate << (int)size, isStore ? AccessKind.Write : AccessKind.Read, (byte)(1 << (int)size));
        return true;
    }
}
