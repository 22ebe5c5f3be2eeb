using Google.Protobuf;
using Vitrine.Grpc.Reflection.V1;

namespace Vitrine.Grpc.Reflection;

/// <summary>The standard reflection service (<c>grpc.reflection.v1</c>, and <c>v1alpha</c> for older tools): it gives the .proto files of the services, which are public, and asks nobody who they are.</summary>
public static class GrpcReflection
{
    const string Method = "ServerReflectionInfo";

    /// <summary>Both versions of the service.</summary>
    /// <param name="services">The services to be found, beside the two themselves.</param>
    public static IReadOnlyList<GrpcService> Of(IReadOnlyList<GrpcService> services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var limits = new GrpcLimits { MaximumRequestBytes = 4096, MaximumDuration = TimeSpan.FromMinutes(10) };
        var v1 = new GrpcService(ReflectionReflection.Descriptor.Services[0]) { Limits = limits };
        var v1Alpha = new GrpcService(V1Alpha.ReflectionReflection.Descriptor.Services[0]) { Limits = limits };
        var catalog = new DescriptorCatalog([.. services.Select(static one => one.Descriptor), v1.Descriptor, v1Alpha.Descriptor]);
        return
        [
            v1.Bidirectional<ServerReflectionRequest, ServerReflectionResponse>(Method, async (requests, responses, _) =>
            {
                while (await requests.Next() is { } request) await responses.Write(Answer(catalog, request));
            }),
            // The same bytes under another name.
            v1Alpha.Bidirectional<V1Alpha.ServerReflectionRequest, V1Alpha.ServerReflectionResponse>(Method, async (requests, responses, _) =>
            {
                while (await requests.Next() is { } request)
                {
                    var answer = Answer(catalog, ServerReflectionRequest.Parser.ParseFrom(request.ToByteString()));
                    await responses.Write(V1Alpha.ServerReflectionResponse.Parser.ParseFrom(answer.ToByteString()));
                }
            }),
        ];
    }

    static ServerReflectionResponse Answer(DescriptorCatalog catalog, ServerReflectionRequest request)
    {
        var answer = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                answer.ListServicesResponse = new() { Service = { catalog.Services.Select(static name => new ServiceResponse { Name = name }) } };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                Files(answer, catalog.File(request.FileByFilename), "There is no file of that name.");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                Files(answer, catalog.FileOf(request.FileContainingSymbol), "Nothing here has that name.");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                Files(answer, null, "There are no extensions here.");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType when catalog.HasMessage(request.AllExtensionNumbersOfType):
                answer.AllExtensionNumbersResponse = new() { BaseTypeName = request.AllExtensionNumbersOfType };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                answer.ErrorResponse = Error(GrpcStatusCode.NotFound, "There is no message of that name.");
                break;
            default:
                throw new GrpcException(GrpcStatusCode.InvalidArgument, "The request asks for nothing that this service knows.");
        }
        return answer;
    }

    static void Files(ServerReflectionResponse answer, IReadOnlyList<ByteString>? files, string otherwise)
    {
        if (files is null) answer.ErrorResponse = Error(GrpcStatusCode.NotFound, otherwise);
        else answer.FileDescriptorResponse = new() { FileDescriptorProto = { files } };
    }

    static ErrorResponse Error(GrpcStatusCode code, string message) => new() { ErrorCode = (int)code, ErrorMessage = message };
}
