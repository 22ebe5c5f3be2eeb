namespace Vitrine.Grpc;

/// <summary>A method that is bound.</summary>
/// <param name="Service">The service's full name.</param>
/// <param name="Name">The method's name.</param>
/// <param name="ClientStreams">Whether the caller may send messages for as long as the call lasts.</param>
/// <param name="Run">Answers a call.</param>
sealed record GrpcMethod(string Service, string Name, bool ClientStreams, Func<GrpcExchange, Task> Run);
