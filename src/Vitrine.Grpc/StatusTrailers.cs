using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using Vitrine.Grpc.Protocol;
using Vitrine.Grpc.Rpc;

namespace Vitrine.Grpc;

/// <summary>The status at the end of an answer: in trailers, or where nothing was sent yet and the call failed, in the headers that are then the whole answer ("trailers-only").</summary>
static class StatusTrailers
{
    public static void Set(HttpResponse response, GrpcStatus status)
    {
        var isWhole = !response.HasStarted && status.Code != GrpcStatusCode.Ok;
        Append(GrpcHeaders.Status, ((int)status.Code).ToString(CultureInfo.InvariantCulture));
        if (status.Message.Length > 0) Append(GrpcHeaders.Message, GrpcMessageText.Encode(status.Message));
        if (Details(status) is { } details) Append(GrpcHeaders.StatusDetails, BinaryMetadata.Encode(details));

        void Append(string name, string value)
        {
            if (isWhole) response.Headers[name] = value;
            else response.AppendTrailer(name, value);
        }
    }

    static byte[]? Details(GrpcStatus status) => status.RetryAfter is not { } delay ? null : new Status
    {
        Code = (int)status.Code,
        // The message has its own trailer; here it would count twice against what clients take.
        Details = { Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }) },
    }.ToByteArray();
}
