using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;

namespace Vitrine.Pprof.Views;

/// <summary>Rewrites the texts in the data of a flame graph's page: names, files, packages, titles and notes. The rest of the data, which is numbers, is copied as it stands. The form is that of <see cref="FlameGraphHtmlData"/>.</summary>
internal static class FlameGraphHtmlRewrite
{
    const ulong Version = 1;
    const int MaximumBytes = 512 << 20;
    const string NotOurs = "The data of the page is not what Vitrine writes into its flame graphs, or of another version.";

    /// <exception cref="ProfileFormatException">The data is damaged, of another form or too large.</exception>
    public static byte[] Of(ReadOnlySpan<byte> base64, TextRewriter rewriter)
    {
        var data = Unpack(base64);
        var output = new ArrayBufferWriter<byte>(data.Length + 1024);
        var reader = new Reader(data);
        if (reader.Number() != Version)
            throw new ProfileFormatException(NotOurs);
        Number(output, Version);
        Text(ref reader, output, rewriter);
        Number(output, reader.Number());
        Texts(ref reader, output, rewriter, 1);
        Texts(ref reader, output, rewriter, 2);
        Number(output, reader.Number());
        Texts(ref reader, output, rewriter, 1);
        Texts(ref reader, output, rewriter, 1);
        output.Write(reader.Rest);
        return Pack(output.WrittenSpan);
    }

    static byte[] Unpack(ReadOnlySpan<byte> base64)
    {
        var packed = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        if (Base64.DecodeFromUtf8(base64.Trim(" \t\r\n"u8), packed, out _, out var length) != OperationStatus.Done)
            throw new ProfileFormatException(NotOurs);
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(packed, 0, length), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            var buffer = new byte[1 << 16];
            while (zlib.Read(buffer) is > 0 and var read)
            {
                if (plain.Length + read > MaximumBytes)
                    throw new ProfileFormatException($"The data of the page is larger than {MaximumBytes >> 20} MiB uncompressed.");
                plain.Write(buffer, 0, read);
            }
            return plain.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new ProfileFormatException(NotOurs, e);
        }
    }

    static byte[] Pack(ReadOnlySpan<byte> data)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(data);
        var base64 = new byte[Base64.GetMaxEncodedToUtf8Length((int)packed.Length)];
        Base64.EncodeToUtf8(packed.GetBuffer().AsSpan(0, (int)packed.Length), base64, out _, out var length);
        return base64[..length];
    }

    static void Texts(ref Reader reader, ArrayBufferWriter<byte> output, TextRewriter rewriter, int each)
    {
        var count = reader.Number();
        Number(output, count);
        // A count that is made up ends with the data.
        for (var i = 0UL; i < count; i++)
            for (var part = 0; part < each; part++)
                Text(ref reader, output, rewriter);
    }

    static void Text(ref Reader reader, ArrayBufferWriter<byte> output, TextRewriter rewriter)
    {
        var text = reader.Text();
        var rewritten = new ArrayBufferWriter<byte>(1);
        var result = rewriter(text, rewritten) ? rewritten.WrittenSpan : text;
        Number(output, (ulong)result.Length);
        output.Write(result);
    }

    static void Number(ArrayBufferWriter<byte> output, ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            bytes[length++] = (byte)(value | 0x80);
        bytes[length++] = (byte)value;
        output.Write(bytes[..length]);
    }

    ref struct Reader(ReadOnlySpan<byte> data)
    {
        public ReadOnlySpan<byte> Rest { get; private set; } = data;

        public ulong Number()
        {
            var value = 0UL;
            for (var i = 0; i < Math.Min(10, Rest.Length); i++)
            {
                value |= (ulong)(Rest[i] & 0x7f) << (7 * i);
                if (Rest[i] >= 0x80)
                    continue;
                Rest = Rest[(i + 1)..];
                return value;
            }
            throw new ProfileFormatException(NotOurs);
        }

        public ReadOnlySpan<byte> Text()
        {
            var length = Number();
            if (length > (ulong)Rest.Length)
                throw new ProfileFormatException(NotOurs);
            var text = Rest[..(int)length];
            Rest = Rest[(int)length..];
            return text;
        }
    }
}
