using System.Buffers.Binary;

namespace Vitrine.Linux.Binaries;

/// <summary>
/// The dynamic relocations of a file, resolved for bias 0: at these addresses the loader writes these values. Symbols of other files stay
/// unresolved (the bytes of the file are kept). DT_RELR relocations keep their addend in place, so that with bias 0 there is nothing to do.
/// </summary>
internal sealed class ElfRelocations
{
    const int EntrySize = 24, SymbolSize = 24;

    // https://gitlab.com/x86-psABIs/x86-64-ABI (table of relocation types), https://github.com/ARM-software/abi-aa (aaelf64)
    const uint AmdRelative = 8, Amd64 = 1, AmdGlobalData = 6, AmdJumpSlot = 7;
    const uint ArmRelative = 1027, ArmAbsolute64 = 257, ArmGlobalData = 1025, ArmJumpSlot = 1026;

    readonly ulong[] addresses;
    readonly ulong[] values;

    ElfRelocations(ulong[] addresses, ulong[] values)
    {
        this.addresses = addresses;
        this.values = values;
    }

    public int Count => addresses.Length;

    public static ElfRelocations Load(ElfFile file)
    {
        ulong rela = 0, relaSize = 0, jump = 0, jumpSize = 0, symbols = 0;
        foreach (var (tag, value) in file.Dynamic())
        {
            switch (tag)
            {
                case 7: rela = value; break;      // DT_RELA
                case 8: relaSize = value; break;  // DT_RELASZ
                case 23: jump = value; break;     // DT_JMPREL
                case 2: jumpSize = value; break;  // DT_PLTRELSZ
                case 6: symbols = value; break;   // DT_SYMTAB
            }
        }

        var total = relaSize / EntrySize + jumpSize / EntrySize;
        if (total > (ulong)file.Limits.MaxRelocations)
            throw new BadBinaryException($"{file.Name}: {total} dynamic relocations, the limit is {file.Limits.MaxRelocations} (Limits.MaxRelocations).");
        var collected = new List<(ulong Address, ulong Value)>();
        Collect(file, rela, relaSize, symbols, collected);
        Collect(file, jump, jumpSize, symbols, collected);

        var addresses = new ulong[collected.Count];
        var values = new ulong[collected.Count];
        var sorted = true;
        for (var i = 0; i < addresses.Length; i++)
        {
            (addresses[i], values[i]) = collected[i];
            sorted &= i == 0 || addresses[i - 1] <= addresses[i];
        }
        if (!sorted)
            Array.Sort(addresses, values);
        return new ElfRelocations(addresses, values);
    }

    /// <summary>Overlays the relocated values on bytes that were read at <paramref name="address"/>.</summary>
    public void Apply(ulong address, Span<byte> bytes)
    {
        if (addresses.Length == 0)
            return;
        var first = address >= 7 ? address - 7 : 0;
        var i = Array.BinarySearch(addresses, first);
        if (i < 0)
            i = ~i;
        while (i > 0 && addresses[i - 1] >= first)
            i--;
        Span<byte> value = stackalloc byte[8];
        for (; i < addresses.Length; i++)
        {
            var at = addresses[i];
            if (at >= address && at - address >= (ulong)bytes.Length)
                break;
            BinaryPrimitives.WriteUInt64LittleEndian(value, values[i]);
            for (var b = 0; b < 8; b++)
            {
                var target = unchecked(at + (ulong)b - address);
                if (target < (ulong)bytes.Length)
                    bytes[(int)target] = value[b];
            }
        }
    }

    static void Collect(ElfFile file, ulong address, ulong size, ulong symbols, List<(ulong, ulong)> into)
    {
        size -= size % EntrySize;
        if (size == 0)
            return;
        if (!file.TryGetBytesAt(address, size, out var table))
            throw new BadBinaryException($"{file.Name}: the dynamic relocations ({size} bytes at address 0x{address:x}) are not in the file.");
        for (var i = 0; i < table.Length; i += EntrySize)
        {
            var entry = table.Slice(i, EntrySize);
            var target = BinaryPrimitives.ReadUInt64LittleEndian(entry);
            var type = BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
            var symbol = BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]);
            var addend = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]);
            switch (file.Machine, type)
            {
                case (ElfMachine.Amd64, AmdRelative):
                case (ElfMachine.Arm64, ArmRelative):
                    into.Add((target, addend));
                    break;
                case (ElfMachine.Amd64, Amd64 or AmdGlobalData or AmdJumpSlot):
                case (ElfMachine.Arm64, ArmAbsolute64 or ArmGlobalData or ArmJumpSlot):
                    if (TryResolve(file, symbols, symbol, out var value))
                        into.Add((target, unchecked(value + addend)));
                    break;
            }
        }
    }

    static bool TryResolve(ElfFile file, ulong symbols, uint index, out ulong value)
    {
        value = 0;
        if (symbols == 0 || !file.TryGetBytesAt(unchecked(symbols + (ulong)index * SymbolSize), SymbolSize, out var entry))
            return false;
        value = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]);
        return BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]) != 0 && value != 0;
    }
}
