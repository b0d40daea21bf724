/** gRPC server reflection, v1 and v1alpha: lets grpcurl and the like learn the API from the server. */

import {
  create,
  createRegistry,
  type DescFile,
  type DescService,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";

import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
} from "../../../gen/ts/grpc/reflection/v1/reflection_pb.ts";
import {
  ServerReflectionRequestSchema as AlphaRequestSchema,
  ServerReflectionResponseSchema as AlphaResponseSchema,
  ServerReflection as AlphaServerReflection,
} from "../../../gen/ts/grpc/reflection/v1alpha/reflection_pb.ts";
import { withImports } from "./with-imports.ts";

type Question = ServerReflectionRequest["messageRequest"];
type Reply = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]>;

/**
 * Adds both versions to a router. Lists `services` and reflection itself; answers about their files, their imports and
 * `extraFiles`, such as those of error details, which no service imports.
 */
export function registerReflection(
  router: ConnectRouter,
  services: readonly DescService[],
  extraFiles: readonly DescFile[],
): void {
  const listed = [...services, ServerReflection, AlphaServerReflection];
  const answer = createReflector(listed, withImports([...listed.map(({ file }) => file), ...extraFiles]));

  router.service(ServerReflection, {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) yield respond(request, answer);
    },
  });
  router.service(AlphaServerReflection, {
    async *serverReflectionInfo(requests) {
      // Both versions are the same on the wire, under other package names.
      for await (const alphaRequest of requests) {
        const request = fromBinary(ServerReflectionRequestSchema, toBinary(AlphaRequestSchema, alphaRequest));
        const response = toBinary(ServerReflectionResponseSchema, respond(request, answer));
        yield fromBinary(AlphaResponseSchema, response);
      }
    },
  });
}

type Reflector = (question: Question) => Reply;

function respond(request: ServerReflectionRequest, answer: Reflector) {
  const messageResponse = answer(request.messageRequest);
  return create(ServerReflectionResponseSchema, { validHost: request.host, originalRequest: request, messageResponse });
}

function createReflector(services: readonly DescService[], files: readonly DescFile[]): Reflector {
  const registry = createRegistry(...files);
  const byName = new Map(files.map((file) => [file.proto.name, file]));

  // A method, a field or an enum value is found in the file of what it belongs to.
  const fileOf = (symbol: string): DescFile | undefined =>
    registry.get(symbol)?.file ?? registry.get(symbol.slice(0, Math.max(0, symbol.lastIndexOf("."))))?.file;

  return (question) => {
    switch (question.case) {
      case "listServices":
        return {
          case: "listServicesResponse",
          value: { service: services.map(({ typeName }) => ({ name: typeName })) },
        };
      case "fileByFilename":
        return describe(byName.get(question.value), question.value);
      case "fileContainingSymbol":
        return describe(fileOf(question.value), question.value);
      case "fileContainingExtension":
        return notFound(`extensions of ${question.value.containingType}`);
      case "allExtensionNumbersOfType":
        if (registry.getMessage(question.value) === undefined) return notFound(question.value);
        return { case: "allExtensionNumbersResponse", value: { baseTypeName: question.value, extensionNumber: [] } };
      default:
        return { case: "errorResponse", value: { errorCode: Code.InvalidArgument, errorMessage: "an empty question" } };
    }
  };
}

function describe(file: DescFile | undefined, name: string): Reply {
  if (file === undefined) return notFound(name);
  const fileDescriptorProto = withImports([file]).map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function notFound(name: string): Reply {
  return { case: "errorResponse", value: { errorCode: Code.NotFound, errorMessage: `there is no ${name}` } };
}
