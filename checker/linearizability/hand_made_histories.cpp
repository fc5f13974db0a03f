#include "checker/linearizability/hand_made_histories.hpp"

namespace linearizability {
namespace {

struct Span {
  std::int64_t invoked;
  std::int64_t returned;
};

Operation operation(std::int64_t client, Kind kind, Span span) {
  return {.client = client, .kind = kind, .invoked = span.invoked, .returned = span.returned};
}

Operation read(std::int64_t client, Value result, Span span) {
  Operation out = operation(client, Kind::Read, span);
  out.result = std::move(result);
  return out;
}

Operation write(std::int64_t client, Value value, Span span) {
  Operation out = operation(client, Kind::Write, span);
  out.argument = std::move(value);
  return out;
}

Operation append(std::int64_t client, Value value, Span span) {
  Operation out = write(client, std::move(value), span);
  out.kind = Kind::Append;
  return out;
}

Operation cas(std::int64_t client, Value expected, Value value, Span span) {
  Operation out = write(client, std::move(value), span);
  out.kind = Kind::Cas;
  out.expected = std::move(expected);
  return out;
}

Operation mismatch(Operation operation) {
  operation.outcome = Outcome::Mismatch;
  return operation;
}

Operation failed(Operation operation) {
  operation.outcome = Outcome::Failed;
  return operation;
}

Operation unknown(Operation operation) {
  operation.outcome = Outcome::Unknown;
  operation.result.reset();
  return operation;
}

Operation silent(Operation operation) {
  operation.result.reset();
  return operation;
}

Operation in(Value key, Operation operation) {
  operation.key = std::move(key);
  return operation;
}

constexpr bool kLegal = true;
constexpr bool kIllegal = false;
const Value kNil{};

using Table = std::vector<HandMade>;

Table registers() {
  constexpr Model kModel = Model::Register;
  return {
      {"NothingHappened", kModel, kLegal, {}},
      {"FirstReadSeesNil", kModel, kLegal, {read(1, kNil, {0, 5})}},
      {"FirstReadSeesAValueThatNobodyWrote", kModel, kIllegal, {read(1, 7, {0, 5})}},
      {"ReadSeesTheWriteBeforeIt", kModel, kLegal, {write(1, 1, {0, 5}), read(2, 1, {6, 9})}},
      {"ReadMissesTheWriteBeforeIt",
       kModel,
       kIllegal,
       {write(1, 1, {0, 5}), read(2, kNil, {6, 9})}},
      {"ReadSeesAWriteThatRunsStill",
       kModel,
       kLegal,
       {write(1, 100, {0, 100}), read(2, 100, {25, 75}), read(3, kNil, {30, 60})}},
      {"ReadLosesWhatAnEarlierReadSaw",
       kModel,
       kIllegal,
       {write(1, 200, {0, 100}), read(2, 200, {10, 30}), read(3, kNil, {40, 90})}},
      {"ReadSeesAWriteThatBeginsLater",
       kModel,
       kIllegal,
       {read(2, 1, {0, 4}), write(1, 1, {5, 9})}},
      {"ConcurrentWritesInEitherOrder",
       kModel,
       kLegal,
       {write(1, 1, {0, 10}), write(2, 2, {0, 10}), read(3, 1, {11, 12}), read(4, 1, {13, 14})}},
      {"TwoReadersDisagreeOnTheOrderOfTwoWrites",
       kModel,
       kIllegal,
       {write(1, 1, {0, 10}), write(2, 2, {0, 10}), read(3, 1, {11, 12}), read(4, 2, {13, 14})}},
      {"TwoReadersDisagreeWhileTheWritesRun",
       kModel,
       kIllegal,
       {write(1, 1, {0, 50}), write(2, 2, {0, 50}), read(3, 1, {10, 15}), read(3, 2, {20, 25}),
        read(4, 2, {5, 9}), read(4, 1, {30, 35})}},
      {"AValueComesBackBecauseItIsWrittenTwice",
       kModel,
       kLegal,
       {write(1, 1, {0, 5}), write(2, 2, {6, 50}), write(3, 1, {6, 50}), read(4, 2, {10, 20}),
        read(4, 1, {21, 30})}},
      {"AValueComesBackThoughNobodyWroteItAgain",
       kModel,
       kIllegal,
       {write(1, 1, {0, 5}), write(2, 2, {6, 50}), read(4, 2, {10, 20}), read(4, 1, {21, 30})}},
      {"ManyWritesHideBehindOne",
       kModel,
       kLegal,
       {write(1, 1, {0, 50}), write(2, 2, {0, 40}), write(3, 3, {0, 30}), read(4, 3, {35, 38}),
        read(4, 1, {60, 61})}},
      {"AWriteHasNoPlaceBetweenTwoReadsOfOneValue",
       kModel,
       kIllegal,
       {write(1, 1, {0, 5}), read(2, 1, {6, 7}), write(3, 2, {8, 9}), read(2, 1, {10, 11})}},
  };
}

Table comparing() {
  constexpr Model kModel = Model::Register;
  return {
      {"CasFindsWhatItExpects",
       kModel,
       kLegal,
       {write(1, 1, {0, 5}), cas(2, 1, 2, {6, 9}), read(3, 2, {10, 11})}},
      {"CasThatTookEffectIsNotSeen",
       kModel,
       kIllegal,
       {write(1, 1, {0, 5}), cas(2, 1, 2, {6, 9}), read(3, 1, {10, 11})}},
      {"TwoCasOfOneValueBothSucceed",
       kModel,
       kIllegal,
       {write(1, 1, {0, 5}), cas(2, 1, 2, {6, 20}), cas(3, 1, 3, {6, 20})}},
      {"OneOfTwoCasFindsAnotherValue",
       kModel,
       kLegal,
       {write(1, 1, {0, 5}), cas(2, 1, 2, {6, 20}), mismatch(cas(3, 1, 3, {6, 20}))}},
      {"CasFindsAnotherValueThoughThereIsNone",
       kModel,
       kIllegal,
       {write(1, 1, {0, 5}), mismatch(cas(2, 1, 2, {6, 9}))}},
      {"CasThatFailedTellsNothing",
       kModel,
       kLegal,
       {write(1, 1, {0, 5}), failed(cas(2, 1, 2, {6, 9})), read(3, 1, {10, 11})}},
      {"AWriteHidesOnlyBehindOneThatCameLateEnough",
       kModel,
       kLegal,
       {write(1, 1, {3, 6}), write(2, 1, {0, 0}), cas(2, 1, 0, {2, 2}), write(3, 1, {1, 2}),
        mismatch(cas(2, 0, 1, {5, 7})), write(3, 1, {2, 8}), write(1, 0, {7, 8}),
        read(2, 1, {9, 12}), mismatch(cas(1, 0, 1, {10, 11}))}},
      {"CasFromNil", kModel, kLegal, {cas(1, kNil, 1, {0, 5}), read(2, 1, {6, 7})}},
      {"ChainOfCasAgainstTheOrderOfInvocations",
       kModel,
       kLegal,
       {cas(1, 2, 3, {0, 30}), cas(2, 1, 2, {1, 30}), cas(3, kNil, 1, {2, 30}),
        read(4, 3, {31, 32})}},
      {"ChainOfCasThatIsNotLongEnough",
       kModel,
       kIllegal,
       {cas(1, 2, 3, {0, 30}), cas(3, kNil, 1, {2, 30}), read(4, 3, {31, 32})}},
      {"MismatchNeedsAWriteThatNobodyReads",
       kModel,
       kLegal,
       {write(1, 1, {0, 5}), write(2, 2, {6, 20}), mismatch(cas(3, 1, 9, {7, 19})),
        write(4, 1, {6, 20}), read(5, 1, {21, 22})}},
  };
}

Table unanswered() {
  constexpr Model kModel = Model::Register;
  return {
      {"WriteWithoutAnswerIsSeenMuchLater",
       kModel,
       kLegal,
       {unknown(write(1, 1, {0, 5})), read(2, kNil, {6, 7}), read(2, 1, {100, 101})}},
      {"WriteWithoutAnswerIsNeverSeen",
       kModel,
       kLegal,
       {unknown(write(1, 1, {0, kNever})), read(2, kNil, {6, 7}), read(2, kNil, {100, 101})}},
      {"WriteWithoutAnswerIsSeenBeforeItBegan",
       kModel,
       kIllegal,
       {read(2, 1, {0, 3}), unknown(write(1, 1, {4, 5}))}},
      {"WriteWithoutAnswerTakesEffectTwice",
       kModel,
       kIllegal,
       {unknown(write(1, 1, {0, 5})), read(2, 1, {6, 7}), write(2, 2, {8, 9}),
        read(2, 1, {10, 11})}},
      {"WriteWithoutAnswerSetsWhatWasThereAndSweepsAnotherAway",
       kModel,
       kLegal,
       {unknown(write(1, kNil, {0, 9})), write(2, 1, {0, 3}), cas(3, kNil, 3, {0, 3}),
        read(4, 3, {5, 6})}},
      {"CasWithoutAnswerTookEffect",
       kModel,
       kLegal,
       {write(1, 1, {0, 3}), unknown(cas(2, 1, 2, {4, 5})), read(3, 2, {6, 7})}},
      {"CasWithoutAnswerCannotHaveFoundIt",
       kModel,
       kIllegal,
       {write(1, 1, {0, 3}), unknown(cas(2, 3, 2, {4, 5})), read(3, 2, {6, 7})}},
      {"ChainOfCasWithoutAnswers",
       kModel,
       kLegal,
       {unknown(cas(1, 1, 2, {0, 1})), unknown(cas(2, 2, 3, {0, 1})), write(3, 1, {2, 3}),
        read(4, 3, {4, 5}), read(4, 3, {6, 7})}},
      {"ClientGoesOnWhileItsWriteIsStillUnderWay",
       kModel,
       kLegal,
       {unknown(write(1, 1, {0, 5})), write(1, 2, {6, 7}), read(2, 2, {8, 9}),
        read(2, 1, {10, 11})}},
      {"ReadWithoutAnswerFitsEverywhere",
       kModel,
       kLegal,
       {write(1, 1, {0, 5}), unknown(read(2, kNil, {6, 7})), silent(read(3, kNil, {6, 7}))}},
      {"FailedWriteIsSeen", kModel, kIllegal, {failed(write(1, 1, {0, 5})), read(2, 1, {6, 7})}},
  };
}

Table moments() {
  constexpr Model kModel = Model::Register;
  return {
      {"OperationsOfZeroWidthInsideAWrite",
       kModel,
       kLegal,
       {write(1, 100, {0, 100}), read(2, 100, {25, 75}), read(3, kNil, {30, 30}),
        read(4, kNil, {30, 30})}},
      {"OperationsOfZeroWidthFixAnOrder",
       kModel,
       kIllegal,
       {write(1, 200, {0, 100}), read(2, 200, {10, 10}), read(3, 200, {10, 10}),
        read(4, kNil, {40, 90})}},
      {"AllAtOneTick",
       kModel,
       kLegal,
       {read(1, 2, {5, 5}), write(2, 1, {5, 5}), read(3, 1, {5, 5}), write(4, 2, {5, 5})}},
      {"AllAtOneTickAndStillNoOrder",
       kModel,
       kIllegal,
       {read(1, 2, {5, 5}), write(2, 1, {5, 5}), read(3, 1, {5, 5}), cas(4, 3, 2, {5, 5})}},
      {"OperationsOfTwoClientsThatTouchOverlap",
       kModel,
       kLegal,
       {read(1, 1, {0, 5}), write(2, 1, {5, 9})}},
      {"OperationsOfOneClientThatTouchDoNot",
       kModel,
       kIllegal,
       {read(1, 1, {0, 5}), write(1, 1, {5, 9})}},
      {"OneClientReadsItsOwnWriteAtTheSameTick",
       kModel,
       kLegal,
       {write(1, 1, {0, 5}), read(1, 1, {5, 5}), write(1, 2, {5, 5}), read(1, 2, {5, 9})}},
      {"OneClientMissesItsOwnWriteAtTheSameTick",
       kModel,
       kIllegal,
       {write(1, 1, {0, 5}), write(1, 2, {5, 5}), read(1, 1, {5, 9})}},
      {"TwoClientsGoOnAtOneTick",
       kModel,
       kLegal,
       {write(1, 1, {0, 5}), read(1, 2, {5, 9}), write(2, 2, {0, 5}), read(2, 2, {5, 9})}},
  };
}

Table stores() {
  constexpr Model kModel = Model::KeyValue;
  return {
      {"GetOfWhatIsNotThere",
       kModel,
       kLegal,
       {in("k", read(1, "", {0, 5})), in("k", read(2, kNil, {0, 5}))}},
      {"PutAndAppend",
       kModel,
       kLegal,
       {in("k", write(1, "a", {0, 5})), in("k", append(2, "b", {6, 9})),
        in("k", read(3, "ab", {10, 11}))}},
      {"AppendIsLost",
       kModel,
       kIllegal,
       {in("k", write(1, "a", {0, 5})), in("k", append(2, "b", {6, 9})),
        in("k", read(3, "a", {10, 11}))}},
      {"AppendTakesEffectTwice",
       kModel,
       kIllegal,
       {in("k", append(1, "b", {0, 9})), in("k", read(3, "bb", {10, 11}))}},
      {"AppendWithoutAnswerOnceAndOneWithAnswer",
       kModel,
       kLegal,
       {in("k", unknown(append(1, "b", {0, 9}))), in("k", append(2, "b", {0, 9})),
        in("k", read(3, "b", {10, 11})), in("k", read(3, "bb", {12, 13}))}},
      {"ConcurrentAppendsInTheOrderThatWasSeen",
       kModel,
       kLegal,
       {in("k", append(1, "a", {0, 9})), in("k", append(2, "b", {0, 9})),
        in("k", append(3, "c", {0, 9})), in("k", read(4, "ca", {5, 8})),
        in("k", read(5, "cab", {10, 11}))}},
      {"ReadersSeeAppendsInTwoOrders",
       kModel,
       kIllegal,
       {in("k", append(1, "a", {0, 9})), in("k", append(2, "b", {0, 9})),
        in("k", read(4, "a", {5, 8})), in("k", read(5, "ba", {10, 11}))}},
      {"TextsThatBeginAlikeAreTakenApart",
       kModel,
       kLegal,
       {in("k", append(1, "a", {0, 9})), in("k", append(2, "ab", {0, 9})),
        in("k", append(3, "b", {0, 9})), in("k", read(4, "aba", {5, 8})),
        in("k", read(5, "abab", {10, 11}))}},
      {"AppendsThatAPutSweepsAway",
       kModel,
       kLegal,
       {in("k", append(1, "a", {0, 20})), in("k", append(2, "b", {0, 20})),
        in("k", write(3, "z", {0, 20})), in("k", read(4, "z", {21, 22}))}},
      {"KeysAreApart",
       kModel,
       kLegal,
       {in("k", write(1, "a", {0, 5})), in("l", read(2, "", {6, 7})),
        in("k", read(3, "a", {8, 9}))}},
      {"OneKeyOfTwoIsIllegal",
       kModel,
       kIllegal,
       {in("k", write(1, "a", {0, 5})), in("l", read(2, "a", {6, 7})),
        in("k", read(3, "a", {8, 9}))}},
      {"EmptyTextIsNotWhatNobodyCanTell",
       kModel,
       kLegal,
       {in("k", read(1, "", {0, 0})), in("k", write(1, "", {0, 2})),
        in("k", write(2, "ab", {0, 0})), in("k", unknown(append(2, "ba", {0, 0}))),
        in("k", read(3, "ba", {1, 2})), in("k", write(3, "ba", {2, 2}))}},
      {"TwoPutsOfOneTextOfWhichOneComesAfterAnAppend",
       kModel,
       kLegal,
       {in("k", append(1, "v", {1, 1})), in("k", append(2, "v", {1, 1})),
        in("k", write(3, "v", {1, 1})), in("k", append(1, "v", {1, 2})),
        in("k", write(2, "v", {1, 1})), in("k", read(4, "vvv", {2, 2}))}},
      {"PutsOfWhichOneHidesAndAnotherIsSeenLate",
       kModel,
       kLegal,
       {in("k", read(1, "a", {1, 3})), in("k", write(2, "a", {1, 3})),
        in("k", write(3, "b", {1, 3})), in("k", read(4, "b", {2, 3})),
        in("k", write(1, "b", {3, 5})), in("k", read(2, "b", {6, 8})),
        in("k", append(3, "b", {4, 5})), in("k", read(4, "b", {6, 7}))}},
      {"APutThatIsSeenAgainAfterAppendsOfItsTime",
       kModel,
       kLegal,
       {in("k", read(1, "a", {0, 5})), in("k", write(2, "a", {0, 8})),
        in("k", append(3, "b", {0, 3})), in("k", write(3, "c", {3, 5})),
        in("k", read(1, "a", {5, 8})), in("k", append(3, "d", {5, 7})),
        in("k", read(3, "a", {7, 11})), in("k", read(1, "a", {8, 13}))}},
      {"GetGoesBack",
       kModel,
       kIllegal,
       {in("k", append(1, "a", {0, 5})), in("k", append(1, "b", {6, 20})),
        in("k", read(2, "ab", {7, 10})), in("k", read(3, "a", {11, 15}))}},
  };
}

}  // namespace

std::vector<HandMade> hand_made_histories() {
  std::vector<HandMade> all;
  for (const Table& table : {registers(), comparing(), unanswered(), moments(), stores()}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

}  // namespace linearizability
