using System.Buffers.Text;

namespace Vitrine.Grpc.Protocol;

/// <summary>Values of headers whose name ends with <c>-bin</c>: base64, sent without padding and taken with and without; several in one line are separated by commas (PROTOCOL-HTTP2.md, Custom-Metadata).</summary>
static class BinaryMetadata
{
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Decodes what came in one line; false when a part of it is not base64.</summary>
    public static bool TryDecode(string line, List<ReadOnlyMemory<byte>> values)
    {
        foreach (var range in line.AsSpan().Split(','))
        {
            var text = line.AsSpan(range).Trim().TrimEnd('=');
            // White space in the middle would be taken by the decoder.
            if (text.IndexOfAny(" \t\r\n") >= 0 || text.Length % 4 == 1) return false;
            var padded = string.Concat(text, "==".AsSpan(0, (4 - text.Length % 4) % 4));
            if (!Base64.IsValid(padded)) return false;
            values.Add(Convert.FromBase64String(padded));
        }
        return true;
    }
}
