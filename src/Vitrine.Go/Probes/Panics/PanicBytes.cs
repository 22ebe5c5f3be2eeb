using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Vitrine.Go.Binary;
using Vitrine.Instruments;
using Vitrine.Linux.Binaries;

namespace Vitrine.Go.Probes.Panics;

/// <summary>
/// The bytes of a panic's value and of its text: as the probe read them; and what it could not read, because nothing had touched the page yet, from the executable when it
/// is a constant there, which is the same in the process.
/// </summary>
sealed class PanicBytes
{
    /// <summary>PT_GNU_RELRO: what is written by the loader and never after.</summary>
    const uint Relro = 0x6474e552;

    static readonly Provenance FromProbe = Provenance.Read("memory at the probe");
    static readonly Provenance FromFile = Provenance.Read("a constant of the executable");

    readonly GoBinary binary;
    readonly byte[] value;
    readonly byte[]? text;
    readonly ulong textAddress;
    readonly ulong textLength;

    /// <summary>Takes the bytes of an event.</summary>
    /// <param name="target">The process.</param>
    /// <param name="panic">The event.</param>
    /// <param name="textAt">Where in the value its string is.</param>
    public PanicBytes(GoTarget target, in PanicEvent panic, int textAt = 0)
    {
        binary = target.Binary;
        value = ((ReadOnlySpan<byte>)panic.Value)[..Math.Min((int)panic.ValueRead, PanicEvent.ValueBytes)].ToArray();
        (textAddress, textLength) = (unchecked(panic.TextAt - target.Bias), panic.TextLength);
        if (panic.TextRead != 0)
        {
            text = ((ReadOnlySpan<byte>)panic.Text)[..(int)Math.Min(panic.TextLength, PanicEvent.TextBytes)].ToArray();
            return;
        }
        if (value.Length == 0 && panic.Data != 0 && Constant(unchecked(panic.Data - target.Bias), PanicEvent.ValueBytes) is { } constant)
        {
            value = constant;
            // The image holds link-time addresses.
            if (value.Length >= textAt + 16)
                (textAddress, textLength) = (BinaryPrimitives.ReadUInt64LittleEndian(value.AsSpan(textAt)), BinaryPrimitives.ReadUInt64LittleEndian(value.AsSpan(textAt + 8)));
        }
        var length = (int)Math.Min(textLength, PanicEvent.TextBytes);
        if (length > 0 && Constant(textAddress, length) is { } bytes && bytes.Length == length)
            text = bytes;
        else if (length == 0 && value.Length >= textAt + 16)
            text = [];
    }

    /// <summary>The first bytes of the value; empty when they were nowhere to be read.</summary>
    public ReadOnlySpan<byte> Value => value;

    /// <summary>The text, cut after <see cref="PanicEvent.TextBytes"/> bytes, which it says then.</summary>
    public Known<string> Text
    {
        get
        {
            if (text is null)
                return Known<string>.Unknown("the text was not in memory", FromProbe);
            var decoded = Encoding.UTF8.GetString(text);
            return Known<string>.Of(textLength > PanicEvent.TextBytes ? string.Create(CultureInfo.InvariantCulture, $"{decoded}… ({textLength} bytes)") : decoded, value.Length == 0 ? FromFile : FromProbe);
        }
    }

    /// <summary>Up to so many bytes of a part of the executable that cannot change; null when the address is in none.</summary>
    byte[]? Constant(ulong address, int length)
    {
        const uint writable = 2;
        var segment = binary.Elf.Segments.FirstOrDefault(one =>
            (one.Type == Relro || (one.Type == ElfSegment.Load && (one.Flags & writable) == 0)) && address >= one.Address && address - one.Address < one.FileSize);
        if (segment is null)
            return null;
        var bytes = new byte[Math.Min((ulong)length, segment.FileSize - (address - segment.Address))];
        var read = binary.Memory.Read(address, bytes);
        return read > 0 ? bytes[..read] : null;
    }
}
