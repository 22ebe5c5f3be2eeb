using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Vitrine.Grpc.Framing;

/// <summary>Puts messages into the body of an answer, uncompressed.</summary>
static class MessageWriter
{
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED: the message is too long; nothing is written.</exception>
    public static void Write(IBufferWriter<byte> body, IMessage message, int maximumBytes)
    {
        var length = message.CalculateSize();
        if (length > maximumBytes) throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"The answer has {length} bytes; a message has at most {maximumBytes} here.");
        var header = body.GetSpan(MessageReader.HeaderBytes);
        header[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], (uint)length);
        body.Advance(MessageReader.HeaderBytes);
        message.WriteTo(body);
    }
}
