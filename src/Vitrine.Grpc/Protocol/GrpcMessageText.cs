using System.Text;

namespace Vitrine.Grpc.Protocol;

/// <summary>The value of <c>grpc-message</c>: UTF-8, with every byte outside space to <c>~</c>, and <c>%</c> itself, percent-encoded (PROTOCOL-HTTP2.md, Status-Message).</summary>
static class GrpcMessageText
{
    /// <summary>The longest value in characters: clients limit all trailers together to 8 KiB.</summary>
    public const int MaximumLength = 2048;

    /// <summary>Encodes; what is longer than <see cref="MaximumLength"/> when it is encoded ends with three dots.</summary>
    public static string Encode(string message)
    {
        const string dots = "...";
        var encoded = new StringBuilder(Math.Min(message.Length + 16, MaximumLength));
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in message.EnumerateRunes())   // half a surrogate pair comes as U+FFFD
        {
            var before = encoded.Length;
            foreach (var one in bytes[..rune.EncodeToUtf8(bytes)])
            {
                if (one is >= 0x20 and <= 0x7e and not (byte)'%') encoded.Append((char)one);
                else encoded.Append('%').Append(Hex(one >> 4)).Append(Hex(one & 0xf));
            }
            if (encoded.Length <= MaximumLength - dots.Length) continue;
            encoded.Length = before;
            return encoded.Append(dots).ToString();
        }
        return encoded.ToString();
    }

    static char Hex(int digit) => (char)(digit < 10 ? '0' + digit : 'A' + digit - 10);
}
