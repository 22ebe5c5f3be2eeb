using System.Buffers.Binary;
using System.Text;

namespace Vitrine.DotNet.Diagnostics;

/// <summary>
/// A message of the diagnostics protocol (https://github.com/dotnet/diagnostics/blob/main/documentation/design-docs/ipc-protocol.md): 14 bytes of magic, the length of the whole in 16 bits,
/// command set, command, 16 bits in reserve, payload.
/// </summary>
sealed class IpcMessage
{
    public const int HeaderBytes = 20;

    static ReadOnlySpan<byte> Magic => "DOTNET_IPC_V1\0"u8;

    readonly List<byte> _bytes = [];

    public IpcMessage(byte set, byte command)
    {
        _bytes.AddRange(Magic);
        _bytes.AddRange([0, 0, set, command, 0, 0]);
    }

    public IpcMessage Add(byte value)
    {
        _bytes.Add(value);
        return this;
    }

    public IpcMessage Add(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }

    public IpcMessage Add(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>A string: characters with the terminating zero, preceded by their count. None at all for an empty one.</summary>
    public IpcMessage Add(string text)
    {
        if (text.Length == 0) return Add(0u);
        Add((uint)text.Length + 1);
        _bytes.AddRange(Encoding.Unicode.GetBytes(text));
        _bytes.AddRange([0, 0]);
        return this;
    }

    /// <summary>The message's bytes.</summary>
    /// <exception cref="ArgumentException">It is longer than the protocol can say.</exception>
    public byte[] ToArray()
    {
        var bytes = _bytes.ToArray();
        if (bytes.Length > ushort.MaxValue) throw new ArgumentException($"A command of {bytes.Length} bytes is longer than the protocol allows: ask for fewer providers.");
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Magic.Length), (ushort)bytes.Length);
        return bytes;
    }

    /// <summary>Length of the payload, set and command of a header; false when it is none.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, out int payloadBytes, out byte set, out byte command)
    {
        payloadBytes = BinaryPrimitives.ReadUInt16LittleEndian(header[Magic.Length..]) - HeaderBytes;
        (set, command) = (header[16], header[17]);
        return header[..Magic.Length].SequenceEqual(Magic) && payloadBytes >= 0;
    }
}
