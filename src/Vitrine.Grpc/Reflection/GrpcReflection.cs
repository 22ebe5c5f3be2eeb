using Google.Protobuf;
using Google.Protobuf.Reflection;
using Vitrine.Grpc.Reflection.V1;

namespace Vitrine.Grpc.Reflection;

/// <summary>The standard reflection service (<c>grpc.reflection.v1</c>, and <c>v1alpha</c> for older tools): it gives the .proto files of the services, which are public, and asks nobody who they are.</summary>
public static class GrpcReflection
{
    /// <summary>Both versions of the service.</summary>
    /// <param name="services">The services to be found, beside the two themselves.</param>
    public static IReadOnlyList<GrpcService> Of(IReadOnlyList<GrpcService> services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var limits = new GrpcLimits { MaximumRequestBytes = 4096, MaximumDuration = TimeSpan.FromMinutes(10), MakesRoom = true };
        GrpcService[] both = [new(ReflectionReflection.Descriptor.Services[0]) { Limits = limits }, new(OlderName().Services[0]) { Limits = limits }];
        var catalog = new DescriptorCatalog([.. services.Select(static one => one.Descriptor), .. both.Select(static one => one.Descriptor)]);
        foreach (var one in both)
        {
            one.Bidirectional<ServerReflectionRequest, ServerReflectionResponse>("ServerReflectionInfo", async (requests, responses, _) =>
            {
                while (await requests.Next() is { } request) await responses.Write(Answer(catalog, request));
            });
        }
        return both;
    }

    // v1alpha is v1 under its older name, to the byte.
    static FileDescriptor OlderName()
    {
        const string name = "grpc.reflection.v1", older = "grpc.reflection.v1alpha";
        var file = ReflectionReflection.Descriptor.ToProto();
        file.Name = file.Name.Replace("/v1/", "/v1alpha/", StringComparison.Ordinal);
        file.Package = older;
        foreach (var field in file.MessageType.SelectMany(static one => one.Field).Where(static one => one.HasTypeName)) field.TypeName = Older(field.TypeName);
        foreach (var method in file.Service.SelectMany(static one => one.Method)) (method.InputType, method.OutputType) = (Older(method.InputType), Older(method.OutputType));
        return FileDescriptor.BuildFromByteStrings([file.ToByteString()])[0];

        static string Older(string type) => type.Replace($".{name}.", $".{older}.", StringComparison.Ordinal);
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
