import "./Harvest.css";

interface Props {
  readonly weight: number;
}

export default function Harvest({ weight }: Props) {
  return (
    <strong className="harvest">
      <img src="/leaf.svg" height={16} alt="" />
      {`${weight} leaves`}
    </strong>
  );
}
