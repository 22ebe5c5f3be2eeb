using System.Globalization;
using System.Text;

namespace Vitrine.GuardBench.Host;

/// <summary>HTTP/1.1 over a socket, as little as is needed: a client that costs more than the service would be measured instead of it.</summary>
static class Request
{
    public static string Of(string target, string authorization) => $"GET {target} HTTP/1.1\r\nHost: localhost\r\n{(authorization.Length > 0 ? $"Authorization: {authorization}\r\n" : "")}\r\n";

    /// <summary>Sends a request and reads the whole answer, which has a length or comes in pieces and fits into the buffer.</summary>
    /// <returns>Its status.</returns>
    public static async Task<int> Send(Stream stream, string request, byte[] buffer)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        var length = 0;
        while (!IsWhole(buffer.AsSpan(0, length)))
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length));
            if (read == 0) throw new EndOfStreamException("The service closed the connection in the middle of an answer.");
            length += read;
        }
        return StatusOf(buffer);
    }

    /// <summary>The same, on this thread.</summary>
    public static int SendBlocking(Stream stream, byte[] request, byte[] buffer)
    {
        stream.Write(request);
        var length = 0;
        while (!IsWhole(buffer.AsSpan(0, length)))
        {
            var read = stream.Read(buffer, length, buffer.Length - length);
            if (read == 0) throw new EndOfStreamException("The service closed the connection in the middle of an answer.");
            length += read;
        }
        return StatusOf(buffer);
    }

    static int StatusOf(ReadOnlySpan<byte> answer) => int.Parse(answer.Slice(9, 3), CultureInfo.InvariantCulture);

    static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        if (answer.IndexOf("\r\n\r\n"u8) is not (> 0 and var end)) return false;
        var head = answer[..end];
        var body = answer[(end + 4)..];
        if (head.IndexOf("Content-Length: "u8) is >= 0 and var at)
        {
            var number = head[(at + 16)..];
            if (number.IndexOf((byte)'\r') is >= 0 and var line) number = number[..line];
            return body.Length >= int.Parse(number, CultureInfo.InvariantCulture);
        }
        return body.EndsWith("0\r\n\r\n"u8);
    }
}
